// Runs a launch: blocks over the host's threads, the warps of a block in turns between its barriers.
#pragma once
#include "profile.h"
#include "races.h"

namespace simgpu {

struct LaunchCount {
    uint64_t warp_instructions = 0;
};

// What is watched beside the faults of single threads.
struct Watch {
    bool races = false;
    LaunchProfile* profile = nullptr;  // counts are added where there is one
};

// Throws the Fault of the lowest block that has one.
LaunchCount execute(const Launch& launch, const Watch& watch = {});

// A module's kernels; its variables lie at the given device addresses.
std::vector<Kernel> decode_module(const PtxModule& module, const Decoder::Symbols& symbols);

}  // namespace simgpu
