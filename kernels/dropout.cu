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
    DrawnDropout drawn = draw({seed, index, micro_step, threshold, (float) scale}, group);
#pragma unroll 1
    for (int lane = 0; lane < group.lanes; lane++) {
        Chunk chunk = group.of(lane);
        DropoutMask mask = drawn.of(lane, chunk);
        for_each_group(chunk, voxels, [&](auto& values) {
            values.each([&](int i, float& value) { value = mask.apply(i, value); });
            values.store(y);
        }, x);
    }
}
