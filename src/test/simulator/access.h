// Every access of a thread to memory: bounds, alignment and the shadow are checked, then the host address is given.
#pragma once
#include <algorithm>
#include <cstring>

#include "warp.h"

namespace simgpu {

enum class Access { Load, Store, Atomic };

const char* access_name(Access access);

// Shadow of `bytes` consecutive bytes of device memory; threads of the host may set bits of one byte at once.
inline bool written(const DeviceMemory& memory, uint64_t address, uint32_t bytes) {
    const uint8_t* shadow = memory.shadow(address);
    if (bytes < 4) {
        uint8_t need = static_cast<uint8_t>(((1u << bytes) - 1) << address % 4);
        return (*shadow & need) == need;
    }
    for (uint32_t word = 0; word < bytes / 4; word++) {
        if (shadow[word] != kAllWritten) return false;
    }
    return true;
}

inline void set_written(const DeviceMemory& memory, uint64_t address, uint32_t bytes) {
    uint8_t* shadow = memory.shadow(address);
    if (bytes < 4) {
        uint8_t bits = static_cast<uint8_t>(((1u << bytes) - 1) << address % 4);
        if ((*shadow & bits) != bits) __atomic_fetch_or(shadow, bits, __ATOMIC_RELAXED);
        return;
    }
    for (uint32_t word = 0; word < bytes / 4; word++) shadow[word] = kAllWritten;
}

// The slow parts, which end in a fault or refresh the cached range.
const Range& global_range(const Warp& warp, const Instruction& in, int lane, uint64_t address, uint32_t bytes,
                          Access access);
[[noreturn]] void misaligned(const Warp& warp, int lane, uint64_t address, uint32_t bytes, Access access);
[[noreturn]] void unwritten(const Warp& warp, int lane, const char* space, const std::string& place, uint32_t bytes);

uint8_t* shared_access(const Warp& warp, int lane, uint64_t offset, uint32_t bytes, Access access);
uint8_t* local_access(const Warp& warp, int lane, uint64_t offset, uint32_t bytes, Access access);
uint8_t* parameter_access(const Warp& warp, int lane, uint64_t offset, uint32_t bytes, Access access);

inline uint8_t* global_access(const Warp& warp, const Instruction& in, int lane, uint64_t address, uint32_t bytes,
                              Access access) {
    Range& range = warp.ranges[in.memory_site];
    uint64_t into = address - range.begin;
    bool inside = into < range.bytes && range.bytes - into >= bytes;
    if (!inside) range = global_range(warp, in, lane, address, bytes, access);
    if (address % bytes != 0) misaligned(warp, lane, address, bytes, access);
    if (access == Access::Store) {
        set_written(*warp.memory, address, bytes);
    } else if (!written(*warp.memory, address, bytes)) {
        unwritten(warp, lane, "global", warp.memory->describe(address), bytes);
    }
    return warp.memory->host(address);
}

// `bytes` is the whole access of a thread: element size times vector length.
template <Space space>
inline uint8_t* resolve(const Warp& warp, const Instruction& in, int lane, uint64_t address, uint32_t bytes,
                        Access access) {
    if constexpr (space == Space::Shared) return shared_access(warp, lane, address, bytes, access);
    if constexpr (space == Space::Local) return local_access(warp, lane, address, bytes, access);
    if constexpr (space == Space::Parameter) return parameter_access(warp, lane, address, bytes, access);
    if constexpr (space == Space::Generic) {
        if (address - kSharedWindow < kWindowBytes) {
            return shared_access(warp, lane, address - kSharedWindow, bytes, access);
        }
        if (address - kLocalWindow < kWindowBytes) {
            return local_access(warp, lane, address - kLocalWindow, bytes, access);
        }
    }
    return global_access(warp, in, lane, address, bytes, access);
}

// Addresses of all lanes, from 64- or 32-bit registers.
struct Addresses {
    uint64_t of[kLanes];
    Addresses(const Warp& warp, const Instruction& in) {
        uint64_t offset = static_cast<uint64_t>(in.offset);
        if (in.extra == 0) {
            const uint64_t* base = warp.at<uint64_t>(in.source[0]);
            for (int l = 0; l < kLanes; l++) of[l] = base[l] + offset;
        } else {
            const uint32_t* base = warp.at<uint32_t>(in.source[0]);
            for (int l = 0; l < kLanes; l++) of[l] = base[l] + offset;
        }
    }
    bool consecutive(uint64_t step) const {
        uint64_t wrong = 0;
        for (int l = 0; l < kLanes; l++) wrong |= of[l] - of[0] - step * static_cast<uint64_t>(l);
        return wrong == 0;
    }
};

// What the instruction does to memory that other blocks can reach, for those who count it.
void describe_access(Instruction& in, Space space, Access access, uint32_t bytes);
// Reads the address operand and where it points; sets the instruction's source, offset and site.
Space decode_address(Decoder& decoder, const Operand& operand, Space named, Instruction& in);
// Takes a state space off the modifiers.
Space take_space(Decoder& decoder);

template <template <Space> class Table>
Handler by_space(Space space) {
    switch (space) {
        case Space::Shared: return Table<Space::Shared>::handler();
        case Space::Local: return Table<Space::Local>::handler();
        case Space::Parameter: return Table<Space::Parameter>::handler();
        case Space::Generic: return Table<Space::Generic>::handler();
        default: return Table<Space::Global>::handler();
    }
}

}  // namespace simgpu
