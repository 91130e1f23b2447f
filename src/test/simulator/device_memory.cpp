#include "device_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "faults.h"

namespace simgpu {
namespace {

constexpr uint64_t kSmall = 1ull << 20;
constexpr uint64_t kSmallUnit = 512;
constexpr uint64_t kPage = 4096;

uint64_t round_up(uint64_t value, uint64_t unit) { return (value + unit - 1) / unit * unit; }

uint8_t* reserve(uint64_t bytes) {
    void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) return nullptr;
    madvise(at, bytes, MADV_NOHUGEPAGE);
    return static_cast<uint8_t*>(at);
}

}  // namespace

DeviceMemory::DeviceMemory(uint64_t capacity, uint64_t base) : capacity_(capacity), base_(base) {
    // Room for many lifetimes, so that addresses of freed memory stay unused; less where address space is limited.
    for (reserved_ = 1ull << 42; data_ == nullptr || shadow_ == nullptr; reserved_ /= 2) {
        if (reserved_ < 2 * capacity) throw Fault(kOutOfMemory, "address space for the simulated memory is refused");
        data_ = reserve(reserved_);
        shadow_ = data_ == nullptr ? nullptr : reserve(reserved_ / 4);
        if (data_ != nullptr && shadow_ != nullptr) break;
        if (data_ != nullptr) munmap(data_, reserved_);
        data_ = nullptr;
    }
}

DeviceMemory::~DeviceMemory() {
    munmap(data_, reserved_);
    munmap(shadow_, reserved_ / 4);
}

uint64_t DeviceMemory::taken() const { return large_bytes_ + round_up(small_bytes_, kGranule); }

uint64_t DeviceMemory::allocate(uint64_t bytes, const void* owner) {
    uint64_t& pool = bytes < kSmall ? small_bytes_ : large_bytes_;
    uint64_t size = round_up(bytes, bytes < kSmall ? kSmallUnit : kGranule);
    if (bytes > capacity_) return 0;
    pool += size;
    uint64_t address = taken() > capacity_ ? 0 : place(bytes);
    if (address == 0) {
        pool -= size;
        return 0;
    }
    live_[address] = Allocation{address, bytes, ++serial_, owner};
    return address;
}

// The next free stretch after the cursor, a granule of guard zone on both sides.
uint64_t DeviceMemory::place(uint64_t bytes) {
    uint64_t span = round_up(bytes, kGranule) + kGranule;
    for (int lap = 0; lap < 2; lap++, cursor_ = 0) {
        uint64_t at = base_ + cursor_ + kGranule;
        auto next = live_.lower_bound(at - kGranule);
        while (next != live_.end() && next->first < at + span) {
            at = base_ + round_up(next->second.end() - base_, kGranule) + kGranule;
            ++next;
        }
        if (at + span > base_ + reserved_) continue;
        cursor_ = at + span - kGranule - base_;
        auto stale = freed_.lower_bound(at);
        while (stale != freed_.end() && stale->first < at + span) stale = freed_.erase(stale);
        return at;
    }
    return 0;
}

bool DeviceMemory::release(uint64_t address) {
    auto found = live_.find(address);
    if (found == live_.end()) return false;
    Allocation gone = found->second;
    bool small = gone.bytes < kSmall;
    (small ? small_bytes_ : large_bytes_) -= round_up(gone.bytes, small ? kSmallUnit : kGranule);
    madvise(host(address), round_up(gone.bytes, kPage), MADV_DONTNEED);
    madvise(shadow(address), round_up(round_up(gone.bytes, 4) / 4, kPage), MADV_DONTNEED);
    live_.erase(found);
    freed_[address] = gone;
    return true;
}

const Allocation* DeviceMemory::find(uint64_t address) const {
    auto after = live_.upper_bound(address);
    if (after == live_.begin()) return nullptr;
    const Allocation& candidate = std::prev(after)->second;
    return candidate.holds(address, 1) ? &candidate : nullptr;
}

uint64_t DeviceMemory::first_unwritten(uint64_t address, uint64_t bytes) const {
    uint64_t offset = 0;
    static const std::string whole(4096, static_cast<char>(kAllWritten));
    while (offset < bytes) {
        uint64_t at = address + offset;
        if (at % 4 == 0 && bytes - offset >= 4 * whole.size() &&
            std::memcmp(shadow(at), whole.data(), whole.size()) == 0) {
            offset += 4 * whole.size();
            continue;
        }
        if (at % 4 == 0 && bytes - offset >= 4 && *shadow(at) == kAllWritten) {
            offset += 4;
            continue;
        }
        if ((*shadow(at) >> at % 4 & 1) == 0) return offset;
        offset++;
    }
    return bytes;
}

void DeviceMemory::mark_written(uint64_t address, uint64_t bytes) {
    uint64_t at = address, end = address + bytes;
    for (; at < end && at % 4 != 0; at++) *shadow(at) |= static_cast<uint8_t>(1u << at % 4);
    if (at < end) std::memset(shadow(at), kAllWritten, (end - at) / 4);
    for (at = std::max(at, end / 4 * 4); at < end; at++) *shadow(at) |= static_cast<uint8_t>(1u << at % 4);
}

void DeviceMemory::mark_unwritten(uint64_t address, uint64_t bytes) {
    uint64_t at = address, end = address + bytes;
    for (; at < end && at % 4 != 0; at++) *shadow(at) &= static_cast<uint8_t>(~(1u << at % 4));
    if (at < end) std::memset(shadow(at), 0, (end - at) / 4);
    for (at = std::max(at, end / 4 * 4); at < end; at++) *shadow(at) &= static_cast<uint8_t>(~(1u << at % 4));
}

void DeviceMemory::copy_shadow(uint64_t to, uint64_t from, uint64_t bytes) {
    uint64_t offset = 0;
    if (to % 4 == 0 && from % 4 == 0) {
        std::memmove(shadow(to), shadow(from), bytes / 4);
        offset = bytes / 4 * 4;
    }
    for (; offset < bytes; offset++) {
        uint64_t target = to + offset, source = from + offset;
        unsigned bit = *shadow(source) >> source % 4 & 1u;
        *shadow(target) = static_cast<uint8_t>((*shadow(target) & ~(1u << target % 4)) | bit << target % 4);
    }
}

std::string DeviceMemory::describe(uint64_t address) const {
    auto name = [](const Allocation& a) {
        return format("allocation %lu (%lu bytes at 0x%lx)", a.serial, a.bytes, a.address);
    };
    if (address < kDeviceBase) return address == 0 ? "the null pointer" : "an address that is not the device's";
    if (const Allocation* in = find(address)) return format("%lu bytes into ", address - in->address) + name(*in);
    auto before = [&](const std::map<uint64_t, Allocation>& set) -> const Allocation* {
        auto after = set.upper_bound(address);
        return after == set.begin() ? nullptr : &std::prev(after)->second;
    };
    const Allocation* dead = before(freed_);
    if (dead != nullptr && dead->holds(address, 1)) {
        return format("%lu bytes into the freed ", address - dead->address) + name(*dead);
    }
    const Allocation* below = before(live_);
    auto above = live_.upper_bound(address);
    if (above != live_.end() && (below == nullptr || above->first - address < address - below->end())) {
        return format("%lu bytes before ", above->first - address) + name(above->second);
    }
    if (below == nullptr) return "no allocation (none is live)";
    return format("%lu bytes past the end of ", address - below->end()) + name(*below);
}

}  // namespace simgpu
