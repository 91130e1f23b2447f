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
bool valid_stream(void* stream);
// 61 for compute capability 6.1.
int compute_capability();

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
