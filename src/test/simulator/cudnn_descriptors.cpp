// Handles and descriptors: making, setting, reading, destroying.
#include "cudnn.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>

namespace simgpu::cudnn {
namespace {

std::mutex registry_mutex;

template <class T>
std::map<const void*, std::unique_ptr<T>>& registry() {
    static auto* const all = new std::map<const void*, std::unique_ptr<T>>();
    return *all;
}

template <class... T>
size_t left_over() { return (registry<T>().size() + ...); }

std::string list(const std::vector<int64_t>& values) {
    std::string text;
    for (int64_t v : values) text += (text.empty() ? "" : "x") + std::to_string(v);
    return text.empty() ? "unset" : text;
}

uint64_t product(const std::vector<int64_t>& values) {
    uint64_t result = 1;
    for (int64_t v : values) result *= static_cast<uint64_t>(v);
    return result;
}

std::vector<int64_t> positive(const int* values, int count, const char* what, int64_t least) {
    require_pointer(values, what);
    std::vector<int64_t> result(values, values + count);
    for (int64_t v : result) {
        if (v < least) refuse(format("%s has an entry of %ld, at least %ld is needed", what, v, least));
    }
    return result;
}

void check_type(int type) {
    if (type >= kDouble) not_supported(format("data type %d is not simulated, only float", type));
    if (type != kFloat) refuse(format("data type %d does not exist", type));
}

void check_count(int count, int least) {
    if (count >= least && count <= kMaxDims) return;
    refuse(format("%d dimensions; %d to %d are allowed", count, least, kMaxDims));
}

void set_tensor(void* descriptor, int type, std::vector<int64_t> dims, std::vector<int64_t> strides) {
    TensorDescriptor& target = live<TensorDescriptor>(descriptor, "tensor descriptor");
    check_type(type);
    target = TensorDescriptor{std::move(dims), std::move(strides)};
}

std::vector<int64_t> packed_strides(const std::vector<int64_t>& dims) {
    std::vector<int64_t> strides(dims.size(), 1);
    for (size_t i = dims.size() - 1; i-- > 0;) strides[i] = strides[i + 1] * dims[i + 1];
    return strides;
}

__attribute__((destructor)) void end_of_process() {
    size_t left = left_over<Handle, TensorDescriptor, FilterDescriptor, ConvolutionDescriptor, PoolingDescriptor,
                            DropoutDescriptor, ActivationDescriptor, OpTensorDescriptor>();
    if (left == 0 || sticky() != simgpu::kSuccess) return;
    complain(format("leak: %zu cuDNN handles and descriptors were not destroyed", left));
}

}  // namespace

void refuse(const std::string& why) { throw Refusal{kBadParam, why}; }
void not_supported(const std::string& why) { throw Refusal{kNotSupported, why}; }

void require_pointer(const void* pointer, const char* what) {
    if (pointer == nullptr) throw Refusal{kNullPointer, std::string(what) + " is a null pointer"};
}

int call(const char* name, const std::function<void()>& f) {
    try {
        f();
        return sticky() == simgpu::kSuccess ? kSuccess : kExecutionFailed;
    } catch (const Refusal& refusal) {
        std::string told = std::string(name) + ": " + refusal.why;
        if (refusal.status == kNotSupported) log(told);
        else explain(told);
        return refusal.status;
    } catch (const Fault& fault) {
        report(Fault(fault.code, std::string(name) + ": " + fault.what()));
        return kExecutionFailed;
    }
}

void enqueue(const void* handle, std::function<void()> work) {
    const Handle& own = live<Handle>(handle, "the handle");
    if (own.context != device::current_context()) {
        throw Refusal{kExecutionFailed, "the handle was made in another context than the current one"};
    }
    load_code("cuDNN");
    device::enqueue(own.stream, std::move(work));
}

void load_code(const std::string& name) {
    if (!device::load_code(name)) throw Refusal{kDeviceAllocationFailed, "no memory for the code of " + name};
}

void require_aligned(const void* pointer, const char* what) {
    if (reinterpret_cast<uintptr_t>(pointer) % 16 == 0) return;
    throw Refusal{kMisalignedPointer, format("%s at %p is not aligned to 16 bytes", what, pointer)};
}

uint64_t TensorDescriptor::elements() const { return product(dims); }
uint64_t TensorDescriptor::span() const {
    uint64_t last = 0;
    for (size_t i = 0; i < dims.size(); i++) last += static_cast<uint64_t>((dims[i] - 1) * strides[i]);
    return last + 1;
}
std::string TensorDescriptor::text() const { return list(dims); }
uint64_t FilterDescriptor::elements() const { return product(dims); }
std::string FilterDescriptor::text() const { return list(dims); }

template <class T>
void* create() {
    std::lock_guard<std::mutex> lock(registry_mutex);
    auto made = std::make_unique<T>();
    void* key = made.get();
    registry<T>()[key] = std::move(made);
    return key;
}

template <class T>
bool destroy(void* descriptor) {
    std::lock_guard<std::mutex> lock(registry_mutex);
    return registry<T>().erase(descriptor) > 0;
}

template <class T>
T& live(const void* descriptor, const char* what) {
    std::lock_guard<std::mutex> lock(registry_mutex);
    require_pointer(descriptor, what);
    auto found = registry<T>().find(descriptor);
    if (found == registry<T>().end()) refuse(std::string(what) + " was destroyed or is of another kind");
    return *found->second;
}

const TensorDescriptor& tensor(const void* descriptor, const char* what) {
    const TensorDescriptor& found = live<TensorDescriptor>(descriptor, what);
    if (found.dims.empty()) refuse(std::string(what) + " was never set");
    return found;
}

const FilterDescriptor& filter(const void* descriptor, const char* what) {
    const FilterDescriptor& found = live<FilterDescriptor>(descriptor, what);
    if (found.dims.empty()) refuse(std::string(what) + " was never set");
    return found;
}

const ConvolutionDescriptor& convolution(const void* descriptor) {
    const auto& found = live<ConvolutionDescriptor>(descriptor, "the convolution descriptor");
    if (found.stride.empty()) refuse("the convolution descriptor was never set");
    return found;
}

const PoolingDescriptor& pooling(const void* descriptor) {
    const auto& found = live<PoolingDescriptor>(descriptor, "the pooling descriptor");
    if (found.window.empty()) refuse("the pooling descriptor was never set");
    return found;
}

}  // namespace simgpu::cudnn

using simgpu::format;
namespace device = simgpu::device;
using namespace simgpu::cudnn;

#define DESCRIPTOR(Name, Type)                                                                            \
    SIMGPU_EXPORT int cudnnCreate##Name(void** made) {                                                    \
        return call("cudnnCreate" #Name, [&] {                                                            \
            require_pointer(made, "the descriptor");                                                      \
            *made = create<Type>();                                                                       \
        });                                                                                               \
    }                                                                                                     \
    SIMGPU_EXPORT int cudnnDestroy##Name(void* descriptor) {                                              \
        return call("cudnnDestroy" #Name, [&] {                                                           \
            if (descriptor != nullptr && !destroy<Type>(descriptor)) refuse("destroyed twice");           \
        });                                                                                               \
    }                                                                                                     \
    namespace simgpu::cudnn {                                                                             \
    template Type& live<Type>(const void*, const char*);                                                  \
    }

DESCRIPTOR(TensorDescriptor, TensorDescriptor)
DESCRIPTOR(FilterDescriptor, FilterDescriptor)
DESCRIPTOR(ConvolutionDescriptor, ConvolutionDescriptor)
DESCRIPTOR(PoolingDescriptor, PoolingDescriptor)
DESCRIPTOR(DropoutDescriptor, DropoutDescriptor)
DESCRIPTOR(ActivationDescriptor, ActivationDescriptor)
DESCRIPTOR(OpTensorDescriptor, OpTensorDescriptor)

namespace simgpu::cudnn {
template Handle& live<Handle>(const void*, const char*);
}

SIMGPU_EXPORT int cudnnCreate(void** handle) {
    return call("cudnnCreate", [&] {
        require_pointer(handle, "the handle");
        if (!device::has_context()) throw Refusal{kNotInitialized, "no context is current"};
        open_parts();
        device::keep_context();
        *handle = create<Handle>();
    });
}

SIMGPU_EXPORT int cudnnDestroy(void* handle) {
    return call("cudnnDestroy", [&] { if (!destroy<Handle>(handle)) refuse("the handle is not there"); });
}

SIMGPU_EXPORT int cudnnSetStream(void* handle, void* stream) {
    return call("cudnnSetStream", [&] {
        Handle& target = live<Handle>(handle, "the handle");
        if (target.context != device::current_context() || !device::valid_stream(stream)) {
            throw Refusal{kStreamMismatch, "the stream is not there, or of another context than the handle"};
        }
        target.stream = stream;
    });
}

SIMGPU_EXPORT int cudnnGetStream(void* handle, void** stream) {
    return call("cudnnGetStream", [&] { *stream = live<Handle>(handle, "the handle").stream; });
}

// SIMGPU_CUDNN=9.10.2 makes it another one.
SIMGPU_EXPORT size_t cudnnGetVersion() {
    const char* text = std::getenv("SIMGPU_CUDNN");
    unsigned major = 9, minor = 5, patch = 1;
    if (text != nullptr) std::sscanf(text, "%u.%u.%u", &major, &minor, &patch);
    return major * 10000 + minor * 100 + patch;
}
SIMGPU_EXPORT size_t cudnnGetCudartVersion() { return 12060; }
SIMGPU_EXPORT size_t cudnnGetMaxDeviceVersion() { return 900; }

SIMGPU_EXPORT const char* cudnnGetErrorString(int status) {
    switch (status) {
        case kSuccess: return "CUDNN_STATUS_SUCCESS";
        case kNotInitialized: return "CUDNN_STATUS_NOT_INITIALIZED";
        case kBadParam: return "CUDNN_STATUS_BAD_PARAM";
        case kNullPointer: return "CUDNN_STATUS_BAD_PARAM_NULL_POINTER";
        case kMisalignedPointer: return "CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER";
        case kStreamMismatch: return "CUDNN_STATUS_BAD_PARAM_STREAM_MISMATCH";
        case kDeviceAllocationFailed: return "CUDNN_STATUS_INTERNAL_ERROR_DEVICE_ALLOCATION_FAILED";
        case kNotSupported: return "CUDNN_STATUS_NOT_SUPPORTED";
        case kInternal: return "CUDNN_STATUS_INTERNAL_ERROR";
        case kAllocFailed: return "CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED";
        case kExecutionFailed: return "CUDNN_STATUS_EXECUTION_FAILED";
        default: return "CUDNN_UNKNOWN_STATUS";
    }
}

SIMGPU_EXPORT int cudnnSetTensorNdDescriptor(void* descriptor, int type, int count, const int* dims,
                                             const int* strides) {
    return call("cudnnSetTensorNdDescriptor", [&] {
        check_count(count, 3);
        set_tensor(descriptor, type, positive(dims, count, "dims", 1), positive(strides, count, "strides", 1));
    });
}

SIMGPU_EXPORT int cudnnSetTensorNdDescriptorEx(void* descriptor, int layout, int type, int count, const int* dims) {
    return call("cudnnSetTensorNdDescriptorEx", [&] {
        check_count(count, 3);
        if (layout != 0) not_supported("only the layout NCHW is simulated");
        std::vector<int64_t> sizes = positive(dims, count, "dims", 1);
        set_tensor(descriptor, type, sizes, packed_strides(sizes));
    });
}

SIMGPU_EXPORT int cudnnSetTensor4dDescriptor(void* descriptor, int layout, int type, int n, int c, int h, int w) {
    int dims[] = {n, c, h, w};
    return cudnnSetTensorNdDescriptorEx(descriptor, layout, type, 4, dims);
}

SIMGPU_EXPORT int cudnnGetTensorNdDescriptor(void* descriptor, int wanted, int* type, int* count, int* dims,
                                             int* strides) {
    return call("cudnnGetTensorNdDescriptor", [&] {
        const TensorDescriptor& t = tensor(descriptor, "tensor descriptor");
        *type = kFloat;
        *count = static_cast<int>(t.dims.size());
        for (int i = 0; i < wanted && i < *count; i++) {
            dims[i] = static_cast<int>(t.dims[size_t(i)]);
            strides[i] = static_cast<int>(t.strides[size_t(i)]);
        }
    });
}

SIMGPU_EXPORT int cudnnGetTensorSizeInBytes(void* descriptor, size_t* bytes) {
    return call("cudnnGetTensorSizeInBytes", [&] { *bytes = tensor(descriptor, "tensor descriptor").span() * 4; });
}

SIMGPU_EXPORT int cudnnSetFilterNdDescriptor(void* descriptor, int type, int layout, int count, const int* dims) {
    return call("cudnnSetFilterNdDescriptor", [&] {
        FilterDescriptor& target = live<FilterDescriptor>(descriptor, "filter descriptor");
        check_count(count, 3);
        check_type(type);
        if (layout != 0) not_supported("only the layout NCHW is simulated");
        target.dims = positive(dims, count, "dims", 1);
    });
}

SIMGPU_EXPORT int cudnnSetFilter4dDescriptor(void* descriptor, int type, int layout, int k, int c, int h, int w) {
    int dims[] = {k, c, h, w};
    return cudnnSetFilterNdDescriptor(descriptor, type, layout, 4, dims);
}

SIMGPU_EXPORT int cudnnGetFilterSizeInBytes(void* descriptor, size_t* bytes) {
    return call("cudnnGetFilterSizeInBytes", [&] { *bytes = filter(descriptor, "filter descriptor").elements() * 4; });
}

SIMGPU_EXPORT int cudnnSetConvolutionNdDescriptor(void* descriptor, int count, const int* pad, const int* stride,
                                                  const int* dilation, int mode, int compute) {
    return call("cudnnSetConvolutionNdDescriptor", [&] {
        auto& target = live<ConvolutionDescriptor>(descriptor, "the convolution descriptor");
        if (count < 1 || count > 3) refuse(format("%d spatial dimensions; 1 to 3 are simulated", count));
        if (mode != 0 && mode != 1) refuse(format("mode %d does not exist", mode));
        check_type(compute);
        target.pad = positive(pad, count, "padding", 0);
        target.stride = positive(stride, count, "stride", 1);
        target.dilation = positive(dilation, count, "dilation", 1);
        target.flipped = mode == 0;
        target.math = 0;
        target.groups = 1;
    });
}

SIMGPU_EXPORT int cudnnSetConvolution2dDescriptor(void* descriptor, int ph, int pw, int sh, int sw, int dh, int dw,
                                                  int mode, int compute) {
    int pad[] = {ph, pw}, stride[] = {sh, sw}, dilation[] = {dh, dw};
    return cudnnSetConvolutionNdDescriptor(descriptor, 2, pad, stride, dilation, mode, compute);
}

SIMGPU_EXPORT int cudnnSetConvolutionMathType(void* descriptor, int math) {
    return call("cudnnSetConvolutionMathType", [&] {
        if (math < 0 || math > 3) refuse(format("math type %d does not exist", math));
        live<ConvolutionDescriptor>(descriptor, "the convolution descriptor").math = math;
    });
}

SIMGPU_EXPORT int cudnnGetConvolutionMathType(void* descriptor, int* math) {
    return call("cudnnGetConvolutionMathType", [&] { *math = convolution(descriptor).math; });
}

SIMGPU_EXPORT int cudnnSetConvolutionGroupCount(void* descriptor, int groups) {
    return call("cudnnSetConvolutionGroupCount", [&] {
        if (groups < 1) refuse(format("%d groups", groups));
        live<ConvolutionDescriptor>(descriptor, "the convolution descriptor").groups = groups;
    });
}

SIMGPU_EXPORT int cudnnGetConvolutionGroupCount(void* descriptor, int* groups) {
    return call("cudnnGetConvolutionGroupCount", [&] { *groups = static_cast<int>(convolution(descriptor).groups); });
}

SIMGPU_EXPORT int cudnnSetPoolingNdDescriptor(void* descriptor, int mode, int nan, int count, const int* window,
                                              const int* pad, const int* stride) {
    return call("cudnnSetPoolingNdDescriptor", [&] {
        auto& target = live<PoolingDescriptor>(descriptor, "the pooling descriptor");
        if (count < 1 || count > 3) refuse(format("%d spatial dimensions; 1 to 3 are simulated", count));
        if (mode < 0 || mode > 3 || nan < 0 || nan > 1) refuse("the mode does not exist");
        target.window = positive(window, count, "window", 1);
        target.pad = positive(pad, count, "padding", 0);
        target.stride = positive(stride, count, "stride", 1);
        target.mode = mode;
        for (size_t i = 0; i < target.window.size(); i++) {
            if (target.pad[i] >= target.window[i]) refuse("the padding is not smaller than the window");
        }
    });
}

SIMGPU_EXPORT int cudnnSetActivationDescriptor(void* descriptor, int mode, int, double coefficient) {
    return call("cudnnSetActivationDescriptor", [&] {
        if (mode < 0 || mode > 6) refuse("the mode does not exist");
        live<ActivationDescriptor>(descriptor, "the activation descriptor") = {mode, coefficient};
    });
}

SIMGPU_EXPORT int cudnnSetOpTensorDescriptor(void* descriptor, int operation, int type, int) {
    return call("cudnnSetOpTensorDescriptor", [&] {
        check_type(type);
        if (operation < 0 || operation > 5) refuse("the operation does not exist");
        live<OpTensorDescriptor>(descriptor, "the operation descriptor").operation = operation;
    });
}
