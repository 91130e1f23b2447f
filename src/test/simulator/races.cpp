#include "races.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "access.h"

namespace simgpu {
namespace {

// A mark is 0, or what was done and by which block, counted from 1, or by kMany: read only; written, and perhaps read
// too; or changed by atomic operations only.
constexpr uint32_t kRead = 0, kWritten = 1u << 30, kAtomic = 2u << 30;
constexpr uint32_t kBlock = (1u << 30) - 1, kMany = kBlock;

uint32_t block_number(const Warp& warp) {
    const Dim3& grid = warp.launch->grid;
    return static_cast<uint32_t>((static_cast<uint64_t>(warp.block.z) * grid.y + warp.block.y) * grid.x +
                                 warp.block.x + 1);
}

bool is_atomic(const Instruction& in) { return in.reads && in.writes; }

uint32_t after_read(uint32_t mark, uint32_t me) {
    return mark == (kWritten | me) ? mark : (mark == 0) | (mark == (kRead | me)) ? kRead | me : kRead | kMany;
}

bool own(uint32_t mark, uint32_t me) { return (mark == 0) | ((mark & kBlock) == me); }

// Whether an access of block `me` may follow; `mark` becomes what it leaves behind.
inline bool pass(uint32_t& mark, const Instruction& in, uint32_t me) {
    if (is_atomic(in)) {
        bool atomic = (mark & ~kBlock) == kAtomic;
        if (!own(mark, me) && !atomic) return false;
        mark = mark == 0 ? kAtomic | me : !atomic ? kWritten | me : own(mark, me) ? mark : kAtomic | kMany;
    } else if (in.writes) {
        if (!own(mark, me)) return false;
        mark = kWritten | me;
    } else if ((mark & ~kBlock) == kAtomic) {
        if (!own(mark, me)) return false;
        mark = kWritten | me;
    } else {
        if ((mark & ~kBlock) == kWritten && mark != (kWritten | me)) return false;
        mark = after_read(mark, me);
    }
    return true;
}

[[noreturn]] void race(const Warp& warp, const Instruction& in, int lane, uint64_t address, uint32_t mark) {
    const Dim3& grid = warp.launch->grid;
    uint32_t block = (mark & kBlock) - 1, kind = mark & ~kBlock;
    std::string who = (mark & kBlock) == kMany ? std::string("several other blocks")
            : format("block (%u,%u,%u)", block % grid.x, block / grid.x % grid.y, block / grid.x / grid.y);
    warp.fault(kLaunchFailed, lane, format("race between blocks: %s at 0x%lx, which %s %s in the same launch; it is %s",
                                           is_atomic(in) ? "atomic operation" : in.writes ? "write" : "read", address,
                                           who.c_str(), kind == kRead ? "read" : kind == kWritten ? "wrote to" :
                                           "changed by an atomic operation", warp.memory->describe(address).c_str()));
}

}  // namespace

bool looking_for_races() {
    static const bool looking = [] {
        const char* value = std::getenv("SIMGPU_RACES");
        return value == nullptr || std::string(value) != "0";
    }();
    return looking;
}

void RaceCheck::check(const Warp& warp, const Instruction& in) {
    uint32_t me = block_number(warp);
    if (warp.full && in.guard == kNone && !is_atomic(in) && in.access_bytes % 4 == 0) {
        Addresses addresses(warp, in);
        uint64_t words = in.access_bytes / 4, first = addresses.of[0];
        if (addresses.consecutive(in.access_bytes) && pass_row(in, first, kLanes * words, me)) return;
        if (addresses.consecutive(0) && pass_row(in, first, words, me)) return;
    }
    check_lanes(warp, in, me);
}

bool RaceCheck::pass_row(const Instruction& in, uint64_t address, uint64_t words, uint32_t me) {
    WordMarks::Region* region = address < kDeviceBase ? nullptr : marks_.find(address, last_[in.memory_site]);
    if (region == nullptr) return false;
    uint64_t word = address / 4 - region->first;
    if (region->count - word < words) return false;
    uint32_t* mark = region->marks + word;
    uint32_t wrong = 0;
    if (in.writes) {
        for (uint64_t w = 0; w < words; w++) wrong |= !own(mark[w], me);
        if (wrong != 0) return false;
        for (uint64_t w = 0; w < words; w++) mark[w] = kWritten | me;
    } else {
        for (uint64_t w = 0; w < words; w++) wrong |= (mark[w] > kWritten) & (mark[w] != (kWritten | me));
        if (wrong != 0) return false;
        for (uint64_t w = 0; w < words; w++) mark[w] = after_read(mark[w], me);
    }
    return true;
}

void RaceCheck::check_lanes(const Warp& warp, const Instruction& in, uint32_t me) {
    uint32_t lanes = warp.active;
    if (in.guard != kNone) lanes &= in.guard_negated ? ~warp.bits(in.guard) : warp.bits(in.guard);
    if (lanes == 0) return;
    Addresses addresses(warp, in);
    WordMarks::Region*& region = last_[in.memory_site];
    for (; lanes != 0; lanes &= lanes - 1) {
        int l = __builtin_ctz(lanes);
        uint64_t begin = addresses.of[l] / 4, end = (addresses.of[l] + in.access_bytes - 1) / 4;
        if (addresses.of[l] < kDeviceBase) continue;  // shared or local memory through a generic address
        for (uint64_t word = begin; word <= end; word++) {
            if (marks_.find(4 * word, region) == nullptr) break;  // outside of allocations: the access will fault
            uint32_t& mark = region->marks[word - region->first];
            if (!pass(mark, in, me)) race(warp, in, l, 4 * word, mark);
        }
    }
}

}  // namespace simgpu
