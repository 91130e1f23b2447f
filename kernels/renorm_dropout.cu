// Batch renormalisation with dropout behind it, and its gradient: renorm_apply, renorm_backward_partial and
// renorm_backward_apply of batch_renorm.cu with the mask of dropout.cuh on y and on dy. A thread draws once for four
// channels. Ops: lobule.op.BatchRenorm, BatchRenormBackward.
//
// Layout: as in batch_renorm.cu. y may be x, dx may be dy or x. Grid: N * ceil(C/4) * chunks, chunks of at most
// GROUP * BLOCK voxels.
// Workspace: partial and means as in batch_renorm.cu; renorm_backward_finish stands between the two backward kernels.
// Launched by lobule.device.cuda.norm.CudaBatchRenorm, CudaBatchRenormBackward.
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
    long long first = group.row * voxels;
    GroupNorms norms = group_norms(statistics, gamma, beta, channels, group);
    DropoutMask mask = {seed, index, micro_step, threshold, (float) scale};
    for (long long i = group.begin + threadIdx.x; i < group.end; i += BLOCK) {
        Words words = mask.words(group.philox_block + i * group.philox_step);
#pragma unroll
        for (int lane = 0; lane < LANES; lane++) {
            if (lane < group.lanes) {
                long long at = first + lane * voxels + i;
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
    long long first = group.row * voxels;
    GroupNorms norms = group_norms(statistics, gamma, beta, channels, group);
    DropoutMask mask = {seed, index, micro_step, threshold, (float) scale};
    GradientSums sums[LANES];
    for (long long i = group.begin + threadIdx.x; i < group.end; i += BLOCK) {
        Words words = mask.words(group.philox_block + i * group.philox_step);
#pragma unroll
        for (int lane = 0; lane < LANES; lane++) {
            if (lane < group.lanes) {
                long long at = first + lane * voxels + i;
                float centred = x[at] - norms.of[lane].mean;
                float kept = mask.apply(words.word[lane], dy[at]);
                sums[lane].add(norms.of[lane].gradient(centred, kept, relu), centred);
            }
        }
    }
#pragma unroll
    for (int lane = 0; lane < LANES; lane++) {
        if (lane < group.lanes) {
            long long block = (group.row + lane) * chunks + blockIdx.x % chunks;
            sums[lane].end_group();
            sums[lane].write(partial, block, batch * channels * chunks);
        }
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
renorm_dropout_backward_apply(float* dx, const float* x, const float* dy, const float* statistics, const float* gamma,
                              const float* beta, const float* means, long long channels, long long voxels,
                              long long chunks, long long relu, unsigned long long seed, unsigned long long index,
                              unsigned long long micro_step, unsigned long long threshold, double scale) {
    ChannelGroup group = channel_group(channels, voxels, chunks);
    long long first = group.row * voxels;
    GroupNorms norms = group_norms(statistics, gamma, beta, channels, group);
    DropoutMask mask = {seed, index, micro_step, threshold, (float) scale};
    for (long long i = group.begin + threadIdx.x; i < group.end; i += BLOCK) {
        Words words = mask.words(group.philox_block + i * group.philox_step);
#pragma unroll
        for (int lane = 0; lane < LANES; lane++) {
            if (lane < group.lanes) {
                long long at = first + lane * voxels + i;
                float centred = x[at] - norms.of[lane].mean;
                float kept = mask.apply(words.word[lane], dy[at]);
                float gradient = norms.of[lane].gradient(centred, kept, relu);
                dx[at] = means_of(means, channels, group.channel + lane)
                             .input_gradient(norms.of[lane], centred, gradient);
            }
        }
    }
}
