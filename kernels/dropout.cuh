// The mask of lobule.op.Dropout, drawn for four channels of a voxel at a time: kept where the random word of the element
// is at least the threshold (rate * 2^32). Random word: Philox with the seed as key and counter
// (64-bit voxel * ceil(C/4) + channel/4, index, micro_step), lane channel mod 4, voxel = linear index over (N, V).
#pragma once
#include "philox.cuh"

#define LANES 4

struct DropoutMask {
    unsigned long long seed;
    unsigned long long index;
    unsigned long long micro_step;
    unsigned long long threshold;
    float scale;  // of what is kept: 1 / (1 - rate)

    // The random words of a voxel's four channels.
    __device__ Words words(unsigned long long block) const {
        return philox({{(unsigned) block, (unsigned) (block >> 32), (unsigned) index, (unsigned) micro_step}}, seed);
    }

    __device__ float apply(unsigned word, float value) const { return word >= threshold ? value * scale : 0.0f; }
};

// What a block of a kernel with dropout goes over: a chunk of the voxels of four channels of a sample, fewer at the end
// of the channels. Grid: N * ceil(C/4) * chunks.
struct ChannelGroup {
    long long row;           // sample * channels + its first channel
    long long channel;       // that channel
    long long lanes;         // its channels
    long long begin;         // first voxel
    long long end;           // one past the last
    long long philox_block;  // of the sample's first voxel
    long long philox_step;   // to the next voxel's
};

DEVICE ChannelGroup channel_group(long long channels, long long voxels, long long chunks) {
    Chunk chunk = block_chunk(voxels, chunks);
    long long groups = (channels + LANES - 1) / LANES;
    long long sample = chunk.row / groups;
    long long group = chunk.row % groups;
    long long left = channels - group * LANES;
    return {sample * channels + group * LANES, group * LANES, left < LANES ? left : LANES, chunk.begin, chunk.end,
            sample * voxels * groups + group, groups};
}
