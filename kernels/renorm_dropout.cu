// Batch renormalisation with dropout behind it, and its gradient: renorm_apply, renorm_backward_partial and
// renorm_backward_apply of batch_renorm.cu with the mask of dropout.cuh on y and on dy. A thread draws once for four
// channels. Ops: lobule.op.BatchRenorm, BatchRenormBackward.
//
// Layout: as in batch_renorm.cu. y may be x, dx may be dy or x. Grid: N * ceil(C/4) * chunks.
// Workspace: partial and means as in batch_renorm.cu; renorm_backward_finish stands between the two backward kernels.
// Launched by lobule.device.cuda.CudaBatchRenorm, CudaBatchRenormBackward.
#include "dropout.cuh"
#include "norm.cuh"

// The norms of a group's channels; those behind the last channel are not used.
struct GroupNorms {
    Norm of[LANES];
};

DEVICE GroupNorms group_norms(const float* statistics, const float* gamma, const float* beta, long long channels,
                              const ChannelGroup& group) {
    GroupNorms norms;
#pragma unroll
    for (int lane = 0; lane < LANES; lane++) {
        long long c = lane < group.lanes ? group.channel + lane : group.channel;
        norms.of[lane] = norm_of(statistics, gamma, beta, channels, c);
    }
    return norms;
}

extern "C" __global__ void __launch_bounds__(BLOCK)
renorm_dropout_apply(float* y, const float* x, const float* statistics, const float* gamma, const float* beta,
                     long long channels, long long voxels, long long chunks, long long relu, unsigned long long seed,
                     unsigned long long index, unsigned long long micro_step, unsigned long long threshold,
                     double scale) {
    ChannelGroup group = channel_group(channels, voxels, chunks);
    GroupNorms norms = group_norms(statistics, gamma, beta, channels, group);
    DropoutMask mask = {seed, index, micro_step, threshold, (float) scale};
    for (long long i = group.begin + threadIdx.x; i < group.end; i += BLOCK) {
        Words words = mask.words(group.philox_block(voxels, i));
#pragma unroll
        for (int lane = 0; lane < LANES; lane++) {
            if (lane < group.lanes) {
                long long at = group.index(channels, voxels, lane, i);
                float output = norms.of[lane].output(x[at] - norms.of[lane].mean);
                y[at] = mask.apply(words.word[lane], relu ? rectified(output) : output);
            }
        }
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
renorm_dropout_backward_partial(double* partial, const float* x, const float* dy, const float* statistics,
                                const float* gamma, const float* beta, long long batch, long long channels,
                                long long voxels, long long chunks, long long relu, unsigned long long seed,
                                unsigned long long index, unsigned long long micro_step,
                                unsigned long long threshold, double scale) {
    ChannelGroup group = channel_group(channels, voxels, chunks);
    GroupNorms norms = group_norms(statistics, gamma, beta, channels, group);
    DropoutMask mask = {seed, index, micro_step, threshold, (float) scale};
    GradientSums sums[LANES];
    for (long long begin = group.begin + threadIdx.x; begin < group.end; begin += GROUP * BLOCK) {
#pragma unroll 1
        for (long long i = begin; i < begin + GROUP * BLOCK && i < group.end; i += BLOCK) {
            Words words = mask.words(group.philox_block(voxels, i));
#pragma unroll
            for (int lane = 0; lane < LANES; lane++) {
                if (lane < group.lanes) {
                    long long at = group.index(channels, voxels, lane, i);
                    float centred = x[at] - norms.of[lane].mean;
                    float kept = mask.apply(words.word[lane], dy[at]);
                    sums[lane].add(norms.of[lane].gradient(centred, kept, relu), centred);
                }
            }
        }
#pragma unroll
        for (int lane = 0; lane < LANES; lane++) {
            sums[lane].end_group();
        }
    }
#pragma unroll
    for (int lane = 0; lane < LANES; lane++) {
        if (lane < group.lanes) {
            long long row = group.sample * channels + group.channel + lane;
            sums[lane].write(partial, row * chunks + blockIdx.x % chunks, batch * channels * chunks);
        }
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
renorm_dropout_backward_apply(float* dx, const float* x, const float* dy, const float* statistics, const float* gamma,
                              const float* beta, const float* means, long long channels, long long voxels,
                              long long chunks, long long relu, unsigned long long seed, unsigned long long index,
                              unsigned long long micro_step, unsigned long long threshold, double scale) {
    ChannelGroup group = channel_group(channels, voxels, chunks);
    GroupNorms norms = group_norms(statistics, gamma, beta, channels, group);
    DropoutMask mask = {seed, index, micro_step, threshold, (float) scale};
    for (long long i = group.begin + threadIdx.x; i < group.end; i += BLOCK) {
        Words words = mask.words(group.philox_block(voxels, i));
#pragma unroll
        for (int lane = 0; lane < LANES; lane++) {
            if (lane < group.lanes) {
                long long at = group.index(channels, voxels, lane, i);
                float centred = x[at] - norms.of[lane].mean;
                float kept = mask.apply(words.word[lane], dy[at]);
                float gradient = norms.of[lane].gradient(centred, kept, relu);
                dx[at] = means_of(means, channels, group.channel + lane)
                             .input_gradient(norms.of[lane], centred, gradient);
            }
        }
    }
}
