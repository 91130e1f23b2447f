// The card's memory: allocations with guard zones between them, and a shadow that knows which bytes were written.
#pragma once
#include <cstdint>
#include <map>
#include <string>

namespace simgpu {

// Device addresses are no addresses of the host: dereferencing one there crashes, as on a real card.
constexpr uint64_t kDeviceBase = 1ull << 48;
// Each card's memory begins that much further up, so that an address tells its card.
constexpr uint64_t kCardSpan = 1ull << 44;
constexpr uint64_t kGranule = 2ull << 20;
constexpr uint8_t kAllWritten = 0x0F;

struct Allocation {
    uint64_t address = 0;
    uint64_t bytes = 0;
    uint64_t serial = 0;     // in order of allocation, from 1
    const void* owner = nullptr;  // the context of the program that took it; null for a module's variables and libraries
    uint64_t end() const { return address + bytes; }
    // True where [at, at + count) lies inside; false for an empty allocation.
    bool holds(uint64_t at, uint64_t count) const { return at - address < bytes && bytes - (at - address) >= count; }
};

// One shadow byte for each word of 4 bytes: bit b is set once byte b of the word has been written.
// Freed memory is given back to the system and its addresses are not used again until all others were.
class DeviceMemory {
public:
    DeviceMemory(uint64_t capacity, uint64_t base = kDeviceBase);
    ~DeviceMemory();
    DeviceMemory(const DeviceMemory&) = delete;
    DeviceMemory& operator=(const DeviceMemory&) = delete;

    // 0 when the capacity does not suffice.
    uint64_t allocate(uint64_t bytes, const void* owner);
    // False when no live allocation begins at the address.
    bool release(uint64_t address);

    const Allocation* find(uint64_t address) const;
    const std::map<uint64_t, Allocation>& live() const { return live_; }

    uint8_t* host(uint64_t address) const { return data_ + (address - base_); }
    uint8_t* shadow(uint64_t address) const { return shadow_ + (address - base_) / 4; }

    bool all_written(uint64_t address, uint64_t bytes) const { return first_unwritten(address, bytes) == bytes; }
    // Offset of the first byte that was never written; `bytes` when there is none.
    uint64_t first_unwritten(uint64_t address, uint64_t bytes) const;
    void mark_written(uint64_t address, uint64_t bytes);
    void mark_unwritten(uint64_t address, uint64_t bytes);
    void copy_shadow(uint64_t to, uint64_t from, uint64_t bytes);

    uint64_t capacity() const { return capacity_; }
    // What a driver takes from the card: large allocations in granules of 2 MiB, small ones packed into granules.
    uint64_t taken() const;
    // Where an address lies: in, before or past which allocation, live or freed.
    std::string describe(uint64_t address) const;

private:
    uint64_t place(uint64_t bytes);

    const uint64_t capacity_;
    const uint64_t base_;
    uint64_t reserved_ = 0;
    uint8_t* data_ = nullptr;
    uint8_t* shadow_ = nullptr;
    uint64_t cursor_ = 0;
    uint64_t serial_ = 0;
    uint64_t small_bytes_ = 0;
    uint64_t large_bytes_ = 0;
    std::map<uint64_t, Allocation> live_;
    std::map<uint64_t, Allocation> freed_;
};

}  // namespace simgpu
