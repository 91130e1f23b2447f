// Inverted dropout with a mask that is drawn again whenever it is needed: y = scale x where the random word of the
// element is at least the threshold (rate * 2^32), else 0. Its gradient is the same kernel on dy. Op:
// lobule.op.Dropout.
//
// Random word: Philox with the seed as key and counter (64-bit voxel * ceil(C/4) + channel/4, index, micro_step), lane
// channel mod 4, voxel = linear index over (N, V). A thread draws once for four channels.
//
// Layout: x, y (N, C, V) float32; y may be x. Grid: N * ceil(C/4) * chunks. Workspace: none.
// Launched by lobule.device.cuda.CudaDropout.
#include "philox.cuh"

#define LANES 4

extern "C" __global__ void __launch_bounds__(BLOCK)
dropout(float* y, const float* x, long long channels, long long voxels, long long chunks, unsigned long long seed,
        unsigned long long index, unsigned long long micro_step, unsigned long long threshold, double scale) {
    Chunk chunk = block_chunk(voxels, chunks);
    long long groups = (channels + LANES - 1) / LANES;
    long long n = chunk.row / groups;
    long long group = chunk.row % groups;
    long long first = (n * channels + group * LANES) * voxels;
    long long lanes = channels - group * LANES;
    for (long long i = chunk.begin + threadIdx.x; i < chunk.end; i += BLOCK) {
        unsigned long long counter = (n * voxels + i) * groups + group;
        Words words = philox({{(unsigned) counter, (unsigned) (counter >> 32), (unsigned) index,
                               (unsigned) micro_step}}, seed);
#pragma unroll
        for (int lane = 0; lane < LANES; lane++) {
            if (lane < lanes) {
                long long at = first + lane * voxels + i;
                y[at] = words.word[lane] >= threshold ? x[at] * (float) scale : 0.0f;
            }
        }
    }
}
