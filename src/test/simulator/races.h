// Races between the blocks of a launch, which run in any order and at once: two blocks touch one word of global memory,
// one of them writing, and not both by atomic operations.
#pragma once
#include <cstdint>
#include <vector>

#include "launch_marks.h"
#include "warp.h"

namespace simgpu {

// Of each word of a launch: what was done to it, and by which block.
using WordMarks = LaunchMarks<uint32_t, 4>;

// Off with SIMGPU_RACES=0.
bool looking_for_races();

// For one worker of a launch. The marks are no atomics: of two blocks that are at one word at the same instant, on two
// threads of the host, one may go unseen there.
class RaceCheck {
public:
    RaceCheck(WordMarks& marks, uint32_t memory_sites) : marks_(marks), last_(memory_sites + 1) {}
    // Called before a memory instruction runs; throws the Fault of a race.
    void check(const Warp& warp, const Instruction& in);

private:
    // False where a lane has to be looked at.
    bool pass_row(const Instruction& in, uint64_t address, uint64_t words, uint32_t me);
    void check_lanes(const Warp& warp, const Instruction& in, uint32_t me);

    WordMarks& marks_;
    std::vector<WordMarks::Region*> last_;  // by memory instruction
};

}  // namespace simgpu
