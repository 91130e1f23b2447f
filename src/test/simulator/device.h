// What the simulated libraries beside the driver use of the device: its streams and its checked memory.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "faults.h"

#pragma GCC visibility push(default)

namespace simgpu::device {

// Runs `work` when its turn in the stream comes; false when the device already failed. A Fault that work throws
// becomes the device's error.
bool enqueue(void* stream, std::function<void()> work);
bool has_context();
// Whether the stream is one of the current context.
bool valid_stream(void* stream);
// 61 for compute capability 6.1.
int compute_capability();
const void* current_context();
// From now on the CUDA runtime holds the device's primary context, until the process ends.
void keep_context();
// Memory for code that a library loads at its first use; false where there is none. It stays as long as the context.
bool load_code(const std::string& name);
// What a product of matrices takes for itself where the program gave no workspace.
uint64_t product_bytes();
// Memory of a library's own on the current device; 0 where there is none.
uint64_t take(uint64_t bytes);
void give_back(uint64_t address);

// The whole range must lie in one live allocation, aligned as told. Throws Fault naming `what`.
void check_range(const std::string& what, const void* pointer, uint64_t bytes, uint64_t alignment);
// Also wholly written. Returns where the bytes are for the host.
const uint8_t* readable(const std::string& what, const void* pointer, uint64_t bytes);
// To be overwritten wholly: marks it written.
uint8_t* writable(const std::string& what, const void* pointer, uint64_t bytes);
// Host access without a check of the shadow, for strided tensors that check element by element.
uint8_t* raw(const std::string& what, const void* pointer, uint64_t bytes);
// Fills with NaN and marks as never written: what scratch memory holds after a call.
void scribble(const std::string& what, const void* pointer, uint64_t bytes);
bool is_written(const void* pointer, uint64_t bytes);
void mark_written(const void* pointer, uint64_t bytes);

}  // namespace simgpu::device

#pragma GCC visibility pop
