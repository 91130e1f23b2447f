// Dropout with a stored mask of one bit for each element. Its numbers are this library's own, as cuDNN's are its.
#include "cudnn.h"

using simgpu::format;
namespace device = simgpu::device;

namespace simgpu::cudnn {
namespace {

constexpr uint64_t kStateBytes = 1 << 20;

uint64_t reserve_bytes(const TensorDescriptor& t) { return (t.elements() + 127) / 128 * 16; }

// splitmix64 of seed and index
uint32_t random_word(uint64_t seed, uint64_t index) {
    uint64_t z = seed + (index + 1) * 0x9E3779B97F4A7C15ull;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ z >> 27) * 0x94D049BB133111EBull;
    return static_cast<uint32_t>((z ^ z >> 31) >> 32);
}

const DropoutDescriptor& dropout(const void* descriptor) {
    const auto& found = live<DropoutDescriptor>(descriptor, "the dropout descriptor");
    if (!found.set) refuse("the dropout descriptor was never set");
    return found;
}

// Forward draws the mask into the reserve, backward reads it there.
int apply(const char* name, void* handle, void* descriptor, void* from_d, const void* from, void* to_d, void* to,
          void* reserve, size_t bytes, bool forward) {
    return call(name, [&] {
        DropoutDescriptor drop = dropout(descriptor);
        TensorDescriptor in = tensor(from_d, "the input's descriptor"), out = tensor(to_d, "the output's descriptor");
        if (in.dims != out.dims) refuse("input " + in.text() + " and output " + out.text() + " differ");
        if (!in.packed() || !out.packed()) not_supported("only packed tensors are simulated");
        if (bytes < reserve_bytes(in)) {
            refuse(format("the reserve has %zu bytes, %lu are needed", bytes, reserve_bytes(in)));
        }
        enqueue(handle, [=] {
            uint64_t count = in.elements(), size = reserve_bytes(in);
            const float* source = reinterpret_cast<const float*>(device::readable("input", from, count * 4));
            device::readable("states", drop.states, drop.bytes);
            uint64_t* state = reinterpret_cast<uint64_t*>(device::writable("states", drop.states, drop.bytes));
            uint8_t* mask = forward ? device::writable("reserve", reserve, size)
                                    : const_cast<uint8_t*>(device::readable("reserve", reserve, size));
            float* target = reinterpret_cast<float*>(device::writable("output", to, count * 4));
            uint32_t limit = static_cast<uint32_t>(double(drop.rate) * 4294967295.0);
            float scale = drop.rate < 1 ? 1 / (1 - drop.rate) : 0;
            for (uint64_t i = 0; i < count; i++) {
                uint8_t bit = static_cast<uint8_t>(1u << i % 8);
                if (forward) {
                    bool kept = random_word(state[0], state[1] + i) >= limit;
                    mask[i / 8] = static_cast<uint8_t>((mask[i / 8] & ~bit) | (kept ? bit : 0));
                }
                target[i] = (mask[i / 8] & bit) != 0 ? source[i] * scale : 0;
            }
            if (forward) state[1] += count;
        });
    });
}

}  // namespace
}  // namespace simgpu::cudnn

using namespace simgpu::cudnn;

SIMGPU_EXPORT int cudnnDropoutGetStatesSize(void* handle, size_t* bytes) {
    return call("cudnnDropoutGetStatesSize", [&] {
        live<Handle>(handle, "the handle");
        *bytes = kStateBytes;
    });
}

SIMGPU_EXPORT int cudnnDropoutGetReserveSpaceSize(void* xd, size_t* bytes) {
    return call("cudnnDropoutGetReserveSpaceSize", [&] { *bytes = reserve_bytes(tensor(xd, "the descriptor of x")); });
}

SIMGPU_EXPORT int cudnnSetDropoutDescriptor(void* descriptor, void* handle, float rate, void* states, size_t bytes,
                                            unsigned long long seed) {
    return call("cudnnSetDropoutDescriptor", [&] {
        auto& target = live<DropoutDescriptor>(descriptor, "the dropout descriptor");
        if (!(rate >= 0 && rate <= 1)) refuse(format("a rate of %g", double(rate)));
        if (states != nullptr && bytes < kStateBytes) {
            refuse(format("the states have %zu bytes, %lu are needed", bytes, kStateBytes));
        }
        target = {rate, states, kStateBytes, seed, true};
        if (states == nullptr) return;
        enqueue(handle, [=] {
            uint64_t* state = reinterpret_cast<uint64_t*>(device::writable("states", states, kStateBytes));
            state[0] = seed;
            state[1] = 0;
        });
    });
}

SIMGPU_EXPORT int cudnnDropoutForward(void* handle, void* descriptor, void* xd, const void* x, void* yd, void* y,
                                      void* reserve, size_t bytes) {
    return apply("cudnnDropoutForward", handle, descriptor, xd, x, yd, y, reserve, bytes, true);
}

SIMGPU_EXPORT int cudnnDropoutBackward(void* handle, void* descriptor, void* dyd, const void* dy, void* dxd, void* dx,
                                       void* reserve, size_t bytes) {
    return apply("cudnnDropoutBackward", handle, descriptor, dyd, dy, dxd, dx, reserve, bytes, false);
}
