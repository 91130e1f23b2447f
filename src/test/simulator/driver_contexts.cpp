// cuInit, devices, contexts and error names.
#include <cstring>

#include "device.h"
#include "driver.h"

using namespace simgpu;

namespace {

constexpr int kDriverVersion = 12060;
constexpr int kMultiprocessors = 20;

Device& device_of(int device) {
    auto& devices = Driver::instance().devices;
    if (device < 0 || static_cast<size_t>(device) >= devices.size()) {
        throw Refusal{kInvalidDevice, format("there are %zu devices, from 0, and none is %d", devices.size(), device)};
    }
    return *devices[static_cast<size_t>(device)];
}

int compute_capability(bool major) {
    std::string text = environment("SIMGPU_COMPUTE", "6.1");
    size_t dot = text.find('.');
    if (dot == std::string::npos) throw Refusal{kInvalidValue, "SIMGPU_COMPUTE has the form 6.1"};
    return std::stoi(major ? text.substr(0, dot) : text.substr(dot + 1));
}

const std::map<int, int>& attributes() {
    static const std::map<int, int> values = {
        {1, 1024}, {2, 1024}, {3, 1024}, {4, 64},                     // threads of a block, and by dimension
        {5, INT32_MAX}, {6, 65535}, {7, 65535},                       // blocks of a grid
        {8, 49152}, {9, 65536}, {10, 32}, {11, INT32_MAX},            // shared, constant, warp, pitch
        {12, 65536}, {13, 1733500}, {14, 512}, {15, 1},               // registers, clock in kHz, alignment, overlap
        {16, kMultiprocessors}, {17, 0}, {18, 0}, {19, 1}, {20, 0},   // SMs, no time-out, discrete, mapping, mode
        {30, 512}, {31, 1}, {32, 0}, {33, 1}, {34, 0}, {35, 0},       // surfaces, concurrency, no ECC, PCI
        {36, 5005000}, {37, 256}, {38, 2097152}, {39, 2048},          // memory clock, bus bits, L2, threads of an SM
        {40, 2}, {41, 1}, {50, 0}, {78, 1}, {79, 1}, {80, 1},         // copy engines, one address space, domain
        {81, 98304}, {82, 65536}, {83, 0}, {84, 0}, {86, 0}, {89, 0}, // of an SM; no managed memory
        {90, 0}, {91, 0}, {95, 0}, {97, 49152}, {106, 32}, {115, 0}}; // shared by opt-in, blocks of an SM, no pools
    return values;
}

struct ErrorName {
    int code;
    const char* name;
    const char* text;
};

const ErrorName kErrors[] = {
    {kSuccess, "CUDA_SUCCESS", "no error"},
    {kInvalidValue, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {kOutOfMemory, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {kNotInitialized, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {kNoDevice, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {kInvalidDevice, "CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"},
    {kInvalidImage, "CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"},
    {kInvalidContext, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {kInvalidPtx, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
    {kInvalidHandle, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {kNotFound, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {kNotReady, "CUDA_ERROR_NOT_READY", "device not ready"},
    {kIllegalAddress, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {kLaunchOutOfResources, "CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"},
    {kContextIsDestroyed, "CUDA_ERROR_CONTEXT_IS_DESTROYED", "context is destroyed"},
    {kMisalignedAddress, "CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"},
    {kLaunchFailed, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {kNotSupported, "CUDA_ERROR_NOT_SUPPORTED", "operation not supported"},
    {kUnknown, "CUDA_ERROR_UNKNOWN", "unknown error"}};

int error_text(int code, const char** text, bool name) {
    if (text == nullptr) return kInvalidValue;
    for (const ErrorName& e : kErrors) {
        if (e.code == code) {
            *text = name ? e.name : e.text;
            return kSuccess;
        }
    }
    *text = nullptr;
    return kInvalidValue;
}

int device_call(const char* name, int device, const std::function<void()>& f) {
    Driver& driver = Driver::instance();
    return driver.call(name, false, [&] {
        if (!driver.initialised()) throw Refusal{kNotInitialized, "cuInit was not called"};
        device_of(device);
        f();
    });
}

}  // namespace

int simgpu::device::compute_capability() {
    return 10 * ::compute_capability(true) + ::compute_capability(false);
}

SIMGPU_EXPORT int cuGetErrorName(int code, const char** text) { return error_text(code, text, true); }
SIMGPU_EXPORT int cuGetErrorString(int code, const char** text) { return error_text(code, text, false); }

SIMGPU_EXPORT int cuInit(unsigned flags) {
    Driver& driver = Driver::instance();
    return driver.call("cuInit", false, [&] {
        if (flags != 0) throw Refusal{kInvalidValue, "flags must be 0"};
        driver.initialise();
    });
}

SIMGPU_EXPORT int cuDriverGetVersion(int* version) {
    if (version == nullptr) return kInvalidValue;
    *version = kDriverVersion;
    return kSuccess;
}

SIMGPU_EXPORT int cuDeviceGetCount(int* count) {
    return device_call("cuDeviceGetCount", 0, [&] { 
        require_pointer(count, "count");
        *count = static_cast<int>(Driver::instance().devices.size());
    });
}

SIMGPU_EXPORT int cuDeviceGet(int* device, int ordinal) {
    return device_call("cuDeviceGet", ordinal, [&] { require_pointer(device, "device"); *device = ordinal; });
}

SIMGPU_EXPORT int cuDeviceGetName(char* name, int length, int device) {
    return device_call("cuDeviceGetName", device, [&] {
        require_pointer(name, "name");
        std::string text = environment("SIMGPU_NAME", "Simulated GPU");
        std::strncpy(name, text.c_str(), static_cast<size_t>(length));
        if (length > 0) name[length - 1] = '\0';
    });
}

SIMGPU_EXPORT int cuDeviceTotalMem_v2(size_t* bytes, int device) {
    return device_call("cuDeviceTotalMem", device, [&] {
        require_pointer(bytes, "bytes");
        *bytes = device_of(device).memory->capacity();
    });
}

SIMGPU_EXPORT int cuDeviceGetAttribute(int* value, int attribute, int device) {
    return device_call("cuDeviceGetAttribute", device, [&] {
        require_pointer(value, "value");
        if (attribute == 75 || attribute == 76) {
            *value = compute_capability(attribute == 75);
            return;
        }
        auto found = attributes().find(attribute);
        if (found == attributes().end()) {
            throw Refusal{kInvalidValue, format("attribute %d is not simulated", attribute)};
        }
        *value = found->second;
    });
}

SIMGPU_EXPORT int cuDeviceComputeCapability(int* major, int* minor, int device) {
    return device_call("cuDeviceComputeCapability", device, [&] {
        *major = compute_capability(true);
        *minor = compute_capability(false);
    });
}

SIMGPU_EXPORT int cuDeviceGetPCIBusId(char* id, int length, int device) {
    return device_call("cuDeviceGetPCIBusId", device, [&] { std::strncpy(id, "0000:01:00.0", size_t(length)); });
}

SIMGPU_EXPORT int cuDeviceGetUuid(unsigned char* uuid, int device) {
    return device_call("cuDeviceGetUuid", device, [&] { std::memcpy(uuid, "simulated device", 16); });
}

SIMGPU_EXPORT int cuCtxCreate_v2(Context** context, unsigned flags, int device) {
    return device_call("cuCtxCreate", device, [&] {
        require_pointer(context, "context");
        auto made = std::make_unique<Context>();
        made->flags = flags;
        Driver::instance().make_live(made.get(), device);
        *context = made.get();
        Driver::instance().created[*context] = std::move(made);
        context_stack().push_back(*context);
    });
}

SIMGPU_EXPORT int cuCtxDestroy_v2(Context* context) {
    Driver& driver = Driver::instance();
    return driver.call("cuCtxDestroy", false, [&] {
        driver.require_live(context);
        if (context->primary) throw Refusal{kInvalidContext, "the primary context is released, not destroyed"};
        std::vector<Context*>& stack = context_stack();
        if (!stack.empty() && stack.back() == context) stack.pop_back();
        driver.end(context);
    });
}

SIMGPU_EXPORT int cuDevicePrimaryCtxRetain(Context** context, int device) {
    return device_call("cuDevicePrimaryCtxRetain", device, [&] {
        require_pointer(context, "context");
        Driver& driver = Driver::instance();
        Device& own = device_of(device);
        if (driver.contexts.count(&own.primary) == 0) driver.make_live(&own.primary, device);
        own.uses++;
        *context = &own.primary;
    });
}

// A thread may be left with the context as its current one, which is then of no use.
SIMGPU_EXPORT int cuDevicePrimaryCtxRelease_v2(int device) {
    return device_call("cuDevicePrimaryCtxRelease", device, [&] {
        Device& own = device_of(device);
        if (own.uses == 0) throw Refusal{kInvalidContext, "the primary context is not retained"};
        if (--own.uses == 0) Driver::instance().end(&own.primary);
    });
}

SIMGPU_EXPORT int cuDevicePrimaryCtxSetFlags_v2(int device, unsigned flags) {
    return device_call("cuDevicePrimaryCtxSetFlags", device, [&] { device_of(device).primary.flags = flags; });
}

SIMGPU_EXPORT int cuDevicePrimaryCtxGetState(int device, unsigned* flags, int* active) {
    return device_call("cuDevicePrimaryCtxGetState", device, [&] {
        *flags = device_of(device).primary.flags;
        *active = static_cast<int>(Driver::instance().contexts.count(&device_of(device).primary));
    });
}

SIMGPU_EXPORT int cuCtxGetCurrent(Context** context) {
    Driver& driver = Driver::instance();
    return driver.call("cuCtxGetCurrent", false, [&] { *context = driver.current(); });
}

SIMGPU_EXPORT int cuCtxSetCurrent(Context* context) {
    Driver& driver = Driver::instance();
    return driver.call("cuCtxSetCurrent", false, [&] {
        std::vector<Context*>& stack = context_stack();
        if (!stack.empty()) stack.pop_back();
        if (context == nullptr) return;
        driver.require_live(context);
        stack.push_back(context);
    });
}

SIMGPU_EXPORT int cuCtxPushCurrent_v2(Context* context) {
    Driver& driver = Driver::instance();
    return driver.call("cuCtxPushCurrent", false, [&] {
        driver.require_live(context);
        context_stack().push_back(context);
    });
}

SIMGPU_EXPORT int cuCtxPopCurrent_v2(Context** context) {
    return driver_call("cuCtxPopCurrent", [&] {
        if (context != nullptr) *context = context_stack().back();
        context_stack().pop_back();
    });
}

SIMGPU_EXPORT int cuCtxGetDevice(int* device) { return driver_call("cuCtxGetDevice", [&] { *device = Driver::instance().current()->device; }); }

SIMGPU_EXPORT int cuCtxGetApiVersion(Context*, unsigned* version) {
    return driver_call("cuCtxGetApiVersion", [&] { *version = 3020; });
}

SIMGPU_EXPORT int cuCtxGetFlags(unsigned* flags) {
    return driver_call("cuCtxGetFlags", [&] { *flags = Driver::instance().current()->flags; });
}

SIMGPU_EXPORT int cuCtxGetStreamPriorityRange(int* least, int* greatest) {
    return driver_call("cuCtxGetStreamPriorityRange", [&] {
        if (least != nullptr) *least = 0;
        if (greatest != nullptr) *greatest = -1;
    });
}

SIMGPU_EXPORT int cuCtxSynchronize() {
    return driver_call("cuCtxSynchronize", [] { Driver::instance().drain_all(); });
}
