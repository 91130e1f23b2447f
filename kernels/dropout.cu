// Inverted dropout with a mask that is drawn again whenever it is needed: y = scale x where the mask of dropout.cuh
// keeps, else 0. Its gradient is the same kernel on dy. Op: lobule.op.Dropout.
//
// Layout: x, y (N, C, V) float32; y may be x. Grid: N * ceil(C/4) * chunks. Workspace: none.
// Launched by lobule.device.cuda.norm.CudaDropout.
#include "dropout.cuh"

extern "C" __global__ void __launch_bounds__(BLOCK)
dropout(float* y, const float* x, long long channels, long long voxels, long long chunks, unsigned long long seed,
        unsigned long long index, unsigned long long micro_step, unsigned long long threshold, double scale) {
    ChannelGroup group = channel_group(channels, voxels, chunks);
    long long first = group.row * voxels;
    DropoutMask mask = {seed, index, micro_step, threshold, (float) scale};
    for (long long i = group.begin + threadIdx.x; i < group.end; i += BLOCK) {
        Words words = mask.words(group.philox_block + i * group.philox_step);
#pragma unroll
        for (int lane = 0; lane < LANES; lane++) {
            if (lane < group.lanes) {
                long long at = first + lane * voxels + i;
                y[at] = mask.apply(words.word[lane], x[at]);
            }
        }
    }
}
