#include "profile.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <tuple>

namespace simgpu {

void LaunchProfile::add(const LaunchProfile& other) {
    launches += other.launches;
    read.add(other.read);
    written.add(other.written);
    for (int k = 0; k < kInstructionKinds; k++) instructions[k] += other.instructions[k];
}

void Tally::count(const Warp& warp, const Instruction& in) {
    counts_.instructions[static_cast<int>(in.kind)]++;
    if (in.access_bytes == 0) return;
    uint32_t lanes = warp.active;
    if (in.guard != kNone) lanes &= in.guard_negated ? ~warp.bits(in.guard) : warp.bits(in.guard);
    if (lanes != 0) count_access(warp, in, lanes);
}

void Tally::count_access(const Warp& warp, const Instruction& in, uint32_t lanes) {
    sectors_.clear();
    uint64_t bytes = 0;
    for (; lanes != 0; lanes &= lanes - 1) {
        int l = __builtin_ctz(lanes);
        uint64_t base = in.extra == 0 ? warp.at<uint64_t>(in.source[0])[l] : warp.at<uint32_t>(in.source[0])[l];
        uint64_t address = base + static_cast<uint64_t>(in.offset);
        if (address < kDeviceBase) continue;  // shared or local memory through a generic address
        sectors_.push_back(address / kSectorBytes);
        bytes += in.access_bytes;
    }
    if (!std::is_sorted(sectors_.begin(), sectors_.end())) std::sort(sectors_.begin(), sectors_.end());
    sectors_.erase(std::unique(sectors_.begin(), sectors_.end()), sectors_.end());
    if (in.reads) count_traffic(counts_.read, last_[in.memory_site], false, bytes);
    if (in.writes) count_traffic(counts_.written, last_[in.memory_site], true, bytes);
}

void Tally::count_traffic(Traffic& traffic, SectorMarks::Region*& last, bool write, uint64_t bytes) {
    traffic.bytes += bytes;
    traffic.sectors += sectors_.size();
    uint8_t bit = write ? 2 : 1;
    for (uint64_t sector : sectors_) {
        SectorMarks::Region* region = marks_.find(sector * kSectorBytes, last);
        if (region == nullptr) continue;  // outside of allocations: the access will fault
        uint8_t* mark = region->marks + (sector - region->first);
        bool first = (__atomic_load_n(mark, __ATOMIC_RELAXED) & bit) == 0 &&
                     (__atomic_fetch_or(mark, bit, __ATOMIC_RELAXED) & bit) == 0;
        traffic.occupied += first ? 1 : 0;
    }
}

namespace {

struct Profile {
    std::string file;
    std::mutex mutex;
    std::map<std::tuple<std::string, uint64_t>, LaunchProfile> launches;  // by kernel and blocks
};

// Never destroyed: it is written while the process ends.
Profile& profile() {
    static Profile* const instance = [] {
        const char* file = std::getenv("SIMGPU_PROFILE");
        Profile* created = new Profile();
        created->file = file == nullptr ? "" : file;
        return created;
    }();
    return *instance;
}

}  // namespace

bool profiling() { return !profile().file.empty(); }

void record_profile(const std::string& kernel, uint64_t blocks, const LaunchProfile& counts) {
    std::lock_guard<std::mutex> lock(profile().mutex);
    LaunchProfile& sum = profile().launches[{kernel, blocks}];
    sum.add(counts);
    sum.launches++;
}

void record_transfer(const char* name, uint64_t bytes_read, uint64_t bytes_written) {
    if (!profiling()) return;
    LaunchProfile counts;
    uint64_t read = (bytes_read + kSectorBytes - 1) / kSectorBytes;
    uint64_t written = (bytes_written + kSectorBytes - 1) / kSectorBytes;
    counts.read = {bytes_read, read, read};
    counts.written = {bytes_written, written, written};
    record_profile(name, 1, counts);
}

void write_profile() {
    if (!profiling()) return;
    std::lock_guard<std::mutex> lock(profile().mutex);
    FILE* out = std::fopen(profile().file.c_str(), "w");
    if (out == nullptr) {
        explain("SIMGPU_PROFILE: " + profile().file + " cannot be written");
        return;
    }
    std::fputs("kernel\tblocks\tlaunches\tbytes_read\tbytes_written\tsectors_read\tsectors_written\toccupied_read\t"
               "occupied_written\tmemory\tfloat32\tfloat64\tinteger\tother\n", out);
    for (const auto& [key, p] : profile().launches) {
        std::fprintf(out, "%s\t%lu\t%lu\t%lu\t%lu\t%lu\t%lu\t%lu\t%lu", std::get<0>(key).c_str(), std::get<1>(key),
                     p.launches, p.read.bytes, p.written.bytes, p.read.sectors, p.written.sectors, p.read.occupied,
                     p.written.occupied);
        for (uint64_t count : p.instructions) std::fprintf(out, "\t%lu", count);
        std::fputc('\n', out);
    }
    std::fclose(out);
}

}  // namespace simgpu
