// The state of 32 threads in lockstep, and the loops every handler is made of.
#pragma once
#include <cstdint>
#include <vector>

#include "device_memory.h"
#include "faults.h"
#include "kernel.h"

namespace simgpu {

struct Dim3 {
    uint32_t x = 1, y = 1, z = 1;
    uint64_t count() const { return static_cast<uint64_t>(x) * y * z; }
};

struct Launch {
    const Kernel* kernel;
    DeviceMemory* memory;
    Dim3 grid, block;
    uint32_t dynamic_shared = 0;
    std::vector<uint8_t> parameters;
};

// Windows of generic addresses; below them there is nothing, above kDeviceBase is global memory.
constexpr uint64_t kSharedWindow = 1ull << 32;
constexpr uint64_t kLocalWindow = 2ull << 32;
constexpr uint64_t kWindowBytes = 1ull << 32;

// Shared memory of one block, with what was written and who touched each word since the last barrier.
struct SharedMemory {
    struct Word {
        uint64_t writer = 0;  // epoch << 8 | warp + 1
        uint64_t reader = 0;
        bool many_readers = false;
        bool atomic = false;  // the write was an atomic operation
    };
    std::vector<uint8_t> data;
    std::vector<uint8_t> written;
    std::vector<Word> words;
    uint64_t epoch = 1;       // counts barriers over all blocks the worker ran
};

// Bounds found by an instruction's last access.
struct Range {
    uint64_t begin = 0;
    uint64_t bytes = 0;
};

// A path of a divergent warp that waits for its turn.
struct Path {
    uint32_t pc;
    uint32_t reconvergence;
    uint32_t mask;
};

struct Warp {
    alignas(64) int32_t lane[kLanes];  // -1 where the lane is active
    uint8_t* frame = nullptr;
    uint32_t active = 0;
    bool full = false;
    enum State { Running, AtBarrier, Done } state = Running;
    uint32_t pc = 0;
    uint32_t reconvergence = 0;
    uint32_t alive = 0;
    uint32_t barrier = 0;
    uint32_t index = 0;
    uint64_t executed = 0;
    std::vector<Path> paths;

    const Launch* launch = nullptr;
    DeviceMemory* memory = nullptr;
    SharedMemory* shared = nullptr;
    Range* ranges = nullptr;
    uint8_t* local = nullptr;          // thread after thread, then one byte for each byte: written
    Dim3 block;                        // index of the block

    void activate(uint32_t mask) {
        active = mask;
        full = mask == UINT32_MAX;
        for (int l = 0; l < kLanes; l++) lane[l] = (mask >> l & 1) != 0 ? -1 : 0;
    }

    template <class T>
    T* at(uint32_t offset) const { return reinterpret_cast<T*>(frame + offset); }

    // Bits of a predicate register.
    uint32_t bits(uint32_t predicate) const {
        const int32_t* p = at<int32_t>(predicate);
        uint32_t mask = 0;
        for (int l = 0; l < kLanes; l++) mask |= static_cast<uint32_t>(p[l]) & (1u << l);
        return mask;
    }

    void retire(uint32_t mask);
    [[noreturn]] void fault(Code code, int lane, const std::string& what) const;
};

// destination[l] = compute(l) for the active lanes. Registers overlap only in whole, never in part.
template <class D, class F>
inline void for_lanes(Warp& warp, D* destination, F compute) {
    if (warp.full) {
#pragma GCC ivdep
        for (int l = 0; l < kLanes; l++) destination[l] = compute(l);
    } else {
        const int32_t* lane = warp.lane;
#pragma GCC ivdep
        for (int l = 0; l < kLanes; l++) {
            D value = compute(l);
            destination[l] = lane[l] != 0 ? value : destination[l];
        }
    }
}

template <class Op, class D, class A = D>
void unary(Warp& warp, const Instruction& in) {
    const A* a = warp.at<A>(in.source[0]);
    for_lanes(warp, warp.at<D>(in.destination), [=](int l) { return static_cast<D>(Op::of(a[l])); });
}

template <class Op, class D, class A = D, class B = A>
void binary(Warp& warp, const Instruction& in) {
    const A* a = warp.at<A>(in.source[0]);
    const B* b = warp.at<B>(in.source[1]);
    for_lanes(warp, warp.at<D>(in.destination), [=](int l) { return static_cast<D>(Op::of(a[l], b[l])); });
}

template <class Op, class D, class A = D, class B = A, class C = D>
void ternary(Warp& warp, const Instruction& in) {
    const A* a = warp.at<A>(in.source[0]);
    const B* b = warp.at<B>(in.source[1]);
    const C* c = warp.at<C>(in.source[2]);
    for_lanes(warp, warp.at<D>(in.destination), [=](int l) { return static_cast<D>(Op::of(a[l], b[l], c[l])); });
}

template <class T>
constexpr Width width() {
    return sizeof(T) == 8 ? Width::Bits64 : sizeof(T) == 4 ? Width::Bits32 : Width::Bits16;
}

// Emits destination = handler(source...), operand i as wide as the i-th of the given widths.
inline void emit(Decoder& decoder, Handler handler, Width destination, std::initializer_list<Width> sources) {
    if (decoder.modifiers_left() > 0) decoder.refuse("modifier ." + decoder.modifier(0) + " is not supported");
    if (decoder.operands() != sources.size() + 1) decoder.refuse("the number of operands is wrong");
    Instruction in;
    in.run = handler;
    size_t i = 0;
    for (Width w : sources) {
        in.source[i] = decoder.value(i + 1, w);
        i++;
    }
    in.destination = decoder.destination(0, destination);
    decoder.emit(in);
}

}  // namespace simgpu
