// Marks that the blocks of one launch leave on the device's memory: all zero when it starts, gone when it ends.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <deque>

#include "device_memory.h"

namespace simgpu {

// One Mark for each unit of so many bytes.
template <class Mark, uint64_t unit>
class LaunchMarks {
public:
    // The units of one allocation; their marks exist from the first touch on.
    struct Region {
        Region(uint64_t first, uint64_t count) : first(first), count(count) {}
        ~Region() { std::free(marks); }
        const uint64_t first, count;
        std::atomic<Mark*> marks{nullptr};
    };

    explicit LaunchMarks(const DeviceMemory& memory) {
        for (const auto& [address, allocation] : memory.live()) {
            uint64_t first = address / unit;
            regions_.emplace_back(first, (allocation.end() + unit - 1) / unit - first);
        }
    }

    // The region of an address, null outside of allocations; looked for from the last one found.
    Region* find(uint64_t address, Region*& last) {
        uint64_t at = address / unit;
        if (last == nullptr || at - last->first >= last->count) last = search(at);
        if (last != nullptr && last->marks == nullptr) create(*last);
        return last;
    }

private:
    Region* search(uint64_t at) {
        auto after = std::upper_bound(regions_.begin(), regions_.end(), at,
                                      [](uint64_t u, const Region& region) { return u < region.first; });
        if (after == regions_.begin()) return nullptr;
        Region& candidate = *std::prev(after);
        return at - candidate.first < candidate.count ? &candidate : nullptr;
    }

    // Large blocks of calloc are pages of zeros that cost nothing until they are touched.
    static void create(Region& region) {
        Mark* made = static_cast<Mark*>(std::calloc(region.count, sizeof(Mark)));
        Mark* none = nullptr;
        if (!region.marks.compare_exchange_strong(none, made)) std::free(made);
    }

    std::deque<Region> regions_;  // by address
};

}  // namespace simgpu
