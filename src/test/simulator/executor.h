// Runs a launch: blocks over the host's threads, the warps of a block in turns between its barriers.
#pragma once
#include "profile.h"

namespace simgpu {

struct LaunchCount {
    uint64_t warp_instructions = 0;
};

// Throws the Fault of the lowest block that has one. Counts into the profile where there is one.
LaunchCount execute(const Launch& launch, LaunchProfile* profile = nullptr);

// A module's kernels; its variables lie at the given device addresses.
std::vector<Kernel> decode_module(const PtxModule& module, const Decoder::Symbols& symbols);

}  // namespace simgpu
