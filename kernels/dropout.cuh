// The mask of lobule.op.Dropout, drawn for four channels of a voxel at a time: kept where the random word of the element
// is at least the threshold (rate * 2^32). Random word: Philox with the seed as key and counter
// (64-bit voxel * ceil(C/4) + channel/4, index, micro_step), lane channel mod 4, voxel = linear index over (N, V).
#pragma once
#include "philox.cuh"
#include "rows.cuh"

#define LANES 4

struct Dropout {
    unsigned long long seed;
    unsigned long long index;
    unsigned long long micro_step;
    unsigned long long threshold;
    float scale;  // of what is kept: 1 / (1 - rate)
};

// What a block of a kernel with dropout goes over: a chunk of the voxels of four channels of a sample, fewer at the end
// of the channels. Grid: N * ceil(C/4) * chunks.
struct ChannelGroup {
    long long sample;
    long long number;   // of the group among `groups` of the sample
    long long groups;
    long long channel;  // its first
    long long lanes;    // its channels
    long long row;      // sample * channels + its first channel
    long long chunk;    // of `chunks`
    long long chunks;
    long long voxels;
    long long begin;  // first voxel of the chunk, in any of the rows
    long long end;    // one past the last

    // The chunk in the row of a lane; it meets the next one between sectors there.
    __device__ Chunk of(int lane) const { return chunk_of((row + lane) * chunks + chunk, voxels, chunks); }
};

DEVICE ChannelGroup channel_group(long long channels, long long voxels, long long chunks) {
    long long groups = (channels + LANES - 1) / LANES;
    long long sample = blockIdx.x / chunks / groups;
    long long number = blockIdx.x / chunks % groups;
    long long channel = number * LANES;
    long long left = channels - channel;
    long long size = (voxels + chunks - 1) / chunks;
    long long begin = blockIdx.x % chunks * size;
    long long end = begin + size + SECTOR - 1;
    return {sample, number, groups, channel, left < LANES ? left : LANES, sample * channels + channel,
            blockIdx.x % chunks, chunks, voxels, begin, end < voxels ? end : voxels};
}

// What is kept of one lane's chunk.
struct DropoutMask {
    const unsigned char* kept;
    int lane;
    float scale;

    // Element i of the chunk.
    __device__ float apply(int i, float value) const { return kept[i] >> lane & 1 ? value * scale : 0.0f; }
};

// A byte a voxel of a group, in it a bit a lane.
struct DrawnDropout {
    const unsigned char* kept;
    long long begin;
    float scale;

    __device__ DropoutMask of(int lane, const Chunk& chunk) const {
        return {kept + (chunk.begin - begin), lane, scale};
    }
};

// Draws the mask once for all lanes. All threads call it.
DEVICE DrawnDropout draw(const Dropout& dropout, const ChannelGroup& group) {
    static __shared__ unsigned char kept[GROUP * BLOCK + SECTOR];
    for (long long i = group.begin + threadIdx.x; i < group.end; i += BLOCK) {
        unsigned long long block = (group.sample * group.voxels + i) * group.groups + group.number;
        Words words = philox({{(unsigned) block, (unsigned) (block >> 32), (unsigned) dropout.index,
                               (unsigned) dropout.micro_step}}, dropout.seed);
        unsigned bits = 0;
#pragma unroll
        for (int lane = 0; lane < LANES; lane++) {
            bits |= words.word[lane] >= dropout.threshold ? 1u << lane : 0u;
        }
        kept[i - group.begin] = (unsigned char) bits;
    }
    __syncthreads();
    return {kept, group.begin, dropout.scale};
}
