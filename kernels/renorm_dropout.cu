// Batch renormalisation with dropout behind it, and its gradient: renorm_apply, renorm_backward_partial and
// renorm_backward_apply of batch_renorm.cu with the mask of dropout.cuh on y and on dy, drawn once for four
// channels. Ops: lobule.op.BatchRenorm, BatchRenormBackward.
//
// Layout: as in batch_renorm.cu. y may be x, dx may be dy or x. Grid: N * ceil(C/4) * chunks.
// Workspace: partial and means as in batch_renorm.cu; renorm_backward_finish stands between the two backward kernels.
// Launched by lobule.device.cuda.norm.CudaBatchRenorm, CudaBatchRenormBackward.
#include "dropout.cuh"
#include "norm.cuh"

extern "C" __global__ void __launch_bounds__(BLOCK, RESIDENT_BLOCKS)
renorm_dropout_apply(float* y, const float* x, const float* statistics, const float* gamma, const float* beta,
                     long long channels, long long voxels, long long chunks, long long relu, unsigned long long seed,
                     unsigned long long index, unsigned long long micro_step, unsigned long long threshold,
                     double scale) {
    ChannelGroup group = channel_group(channels, voxels, chunks);
    DrawnDropout drawn = draw({seed, index, micro_step, threshold, (float) scale}, group);
#pragma unroll 1
    for (int lane = 0; lane < group.lanes; lane++) {
        Chunk chunk = group.of(lane);
        DropoutMask mask = drawn.of(lane, chunk);
        Norm norm = norm_of(statistics, gamma, beta, channels, group.channel + lane);
        for_each_group(chunk, voxels, [&](auto& values) {
            values.each([&](int i, float& value) {
                float output = norm.output(value - norm.mean);
                value = mask.apply(i, relu ? rectified(output) : output);
            });
            values.store(y);
        }, x);
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK, RESIDENT_BLOCKS)
renorm_dropout_backward_partial(double* partial, const float* x, const float* dy, const float* statistics,
                                const float* gamma, const float* beta, long long batch, long long channels,
                                long long voxels, long long chunks, long long relu, unsigned long long seed,
                                unsigned long long index, unsigned long long micro_step,
                                unsigned long long threshold, double scale) {
    ChannelGroup group = channel_group(channels, voxels, chunks);
    DrawnDropout drawn = draw({seed, index, micro_step, threshold, (float) scale}, group);
#pragma unroll 1
    for (int lane = 0; lane < group.lanes; lane++) {
        Chunk chunk = group.of(lane);
        DropoutMask mask = drawn.of(lane, chunk);
        Norm norm = norm_of(statistics, gamma, beta, channels, group.channel + lane);
        GradientSums sums;
        for_each_group(chunk, voxels, [&](auto& values) {
            values.each([&](int i, float value, float gradient) {
                float centred = value - norm.mean;
                sums.add(norm.gradient(centred, mask.apply(i, gradient), relu), centred);
            });
            sums.end_group();
        }, x, dy);
        sums.write(partial, (group.row + lane) * chunks + group.chunk, batch * channels * chunks);
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK, RESIDENT_BLOCKS)
renorm_dropout_backward_apply(float* dx, const float* x, const float* dy, const float* statistics, const float* gamma,
                              const float* beta, const float* means, long long channels, long long voxels,
                              long long chunks, long long relu, unsigned long long seed, unsigned long long index,
                              unsigned long long micro_step, unsigned long long threshold, double scale) {
    ChannelGroup group = channel_group(channels, voxels, chunks);
    DrawnDropout drawn = draw({seed, index, micro_step, threshold, (float) scale}, group);
#pragma unroll 1
    for (int lane = 0; lane < group.lanes; lane++) {
        Chunk chunk = group.of(lane);
        DropoutMask mask = drawn.of(lane, chunk);
        long long c = group.channel + lane;
        Norm norm = norm_of(statistics, gamma, beta, channels, c);
        GradientMeans mean = means_of(means, channels, c);
        for_each_group(chunk, voxels, [&](auto& values) {
            values.each([&](int i, float& value, float gradient) {
                float centred = value - norm.mean;
                float kept = mask.apply(i, gradient);
                value = mean.input_gradient(norm, centred, norm.gradient(centred, kept, relu));
            });
            values.store(dx);
        }, x, dy);
    }
}
