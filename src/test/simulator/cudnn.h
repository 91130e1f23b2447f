// The simulated cuDNN: its descriptors, and how a call checks its arguments and answers.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "device.h"

#define SIMGPU_EXPORT extern "C" __attribute__((visibility("default")))

namespace simgpu::cudnn {

// Numbers of cuDNN 9.
enum Status : int {
    kSuccess = 0, kNotInitialized = 1001, kBadParam = 2000, kNullPointer = 2002, kMisalignedPointer = 2003,
    kStreamMismatch = 2007, kNotSupported = 3000, kInternal = 4000, kAllocFailed = 4003, kDeviceAllocationFailed = 4004,
    kExecutionFailed = 5000
};
enum DataType { kFloat = 0, kDouble = 1 };

constexpr int kMaxDims = 8;

struct Refusal {
    Status status;
    std::string why;
};

[[noreturn]] void refuse(const std::string& why);
[[noreturn]] void not_supported(const std::string& why);

struct Handle {
    const void* context = device::current_context();
    void* stream = nullptr;
};

struct TensorDescriptor {
    std::vector<int64_t> dims, strides;
    uint64_t elements() const;
    uint64_t span() const;  // elements from the first to the last, gaps included
    bool packed() const { return span() == elements(); }
    std::string text() const;
};

struct FilterDescriptor {
    std::vector<int64_t> dims;  // out, in (of a group), spatial
    uint64_t elements() const;
    std::string text() const;
};

struct ConvolutionDescriptor {
    std::vector<int64_t> pad, stride, dilation;
    bool flipped = false;
    int math = 0;
    int64_t groups = 1;
    int compute = kFloat;
};

struct PoolingDescriptor {
    int mode = 0;
    std::vector<int64_t> window, pad, stride;
};

struct DropoutDescriptor {
    float rate = 0;
    void* states = nullptr;
    uint64_t bytes = 0;
    uint64_t seed = 0;
    bool set = false;
};

struct ActivationDescriptor {
    int mode = -1;
    double coefficient = 0;
};

struct OpTensorDescriptor {
    int operation = -1;
};

// Every live handle and descriptor is known, so that a stale one is refused.
template <class T> void* create();
template <class T> bool destroy(void* descriptor);
template <class T> T& live(const void* descriptor, const char* what);

// live() and also set.
const TensorDescriptor& tensor(const void* descriptor, const char* what);
const FilterDescriptor& filter(const void* descriptor, const char* what);
const ConvolutionDescriptor& convolution(const void* descriptor);
const PoolingDescriptor& pooling(const void* descriptor);

// What cuDNN opens by name at the first handle; without one of these the process ends.
void open_parts();

// Runs f; a Refusal is explained and becomes the status, a Fault the device's error.
int call(const char* name, const std::function<void()>& f);
void require_pointer(const void* pointer, const char* what);
// Puts work into the handle's stream; the handle must be of the current context.
void enqueue(const void* handle, std::function<void()> work);
// What takes memory of the device at its first use.
void load_code(const std::string& name);
// Where a tensor begins that a kernel reads 16 bytes at a time.
void require_aligned(const void* pointer, const char* what);

// y = alpha · result + beta · y
struct Blend {
    float alpha = 1, beta = 0;
    Blend(const void* alpha, const void* beta);
    // y is not read where beta is 0.
    float of(float result, const float* y) const { return beta == 0 ? alpha * result : alpha * result + beta * *y; }
};

// A tensor in memory as (N, C, D, H, W); a 2D one has depth 1. Rows along W are contiguous.
struct View {
    float* data = nullptr;
    std::array<int64_t, 5> dims{}, strides{};
    float* row(int64_t n, int64_t c, int64_t d, int64_t h) const {
        return data + n * strides[0] + c * strides[1] + d * strides[2] + h * strides[3];
    }
    uint64_t rows() const { return static_cast<uint64_t>(dims[0] * dims[1] * dims[2] * dims[3]); }
};

enum class Use { Read, Write, Update };

// Checks bounds and shadow as the use demands, marks what is going to be written.
View view(const char* what, const TensorDescriptor& descriptor, const void* data, Use use);
Use output_use(const Blend& blend);
// Pads a list of spatial values to three, the new ones in front.
std::array<int64_t, 3> spatial(const std::vector<int64_t>& values, int64_t filler);

}  // namespace simgpu::cudnn
