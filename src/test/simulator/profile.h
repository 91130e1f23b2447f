// What launches ask of the memory and of the arithmetic, by kernel and grid: counted only with SIMGPU_PROFILE=FILE.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "launch_marks.h"
#include "warp.h"

namespace simgpu {

constexpr uint64_t kSectorBytes = 32;

// One direction, reading or writing, of global memory.
struct Traffic {
    uint64_t bytes = 0;     // asked for by the lanes
    uint64_t sectors = 0;   // distinct ones of each warp's request, no cache
    uint64_t occupied = 0;  // distinct ones of the whole launch: the least that one pass can move

    void add(const Traffic& other) {
        bytes += other.bytes;
        sectors += other.sectors;
        occupied += other.occupied;
    }
};

struct LaunchProfile {
    uint64_t launches = 0;
    Traffic read, written;
    uint64_t instructions[kInstructionKinds] = {};  // of warps

    void add(const LaunchProfile& other);
};

// Of each sector of a launch: 1 where it was read, 2 where it was written.
using SectorMarks = LaunchMarks<uint8_t, kSectorBytes>;

// Counts for one worker of a launch.
class Tally {
public:
    Tally(SectorMarks& marks, uint32_t memory_sites) : marks_(marks), last_(memory_sites + 1) {}
    // Called before the instruction runs, whose addresses may be overwritten by it.
    void count(const Warp& warp, const Instruction& in);
    const LaunchProfile& counts() const { return counts_; }

private:
    void count_access(const Warp& warp, const Instruction& in, uint32_t lanes);
    void count_traffic(Traffic& traffic, SectorMarks::Region*& last, bool write, uint64_t bytes);

    SectorMarks& marks_;
    std::vector<SectorMarks::Region*> last_;  // by memory instruction
    LaunchProfile counts_;
    std::vector<uint64_t> sectors_;
};

bool profiling();
// Adds a launch's counts to those of its kernel and number of blocks.
void record_profile(const std::string& kernel, uint64_t blocks, const LaunchProfile& counts);
// A copy or a fill, as a kernel of one block that reads and writes each sector once.
void record_transfer(const char* name, uint64_t bytes_read, uint64_t bytes_written);
// Writes the file anew with all launches of the process so far.
void write_profile();

}  // namespace simgpu
