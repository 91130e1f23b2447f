// Gradient of a bias a channel: gradient(c) = sum over batch and voxels of dy(n, c, v), added to what earlier
// mini-batches of the step left where `accumulate` is 1. Op: lobule.op.ConvolutionBackwardWeights with bias.
//
// Layout: dy (N, C, V) float32; gradient (C) float32. Grid: bias_gradient_partial N * C * chunks; bias_gradient_finish
// C.
// Workspace: partial (N * C * chunks) double. Launched by lobule.device.cuda.convolution.CudaConvolutionBackwardWeights.
#include "reduction.cuh"
#include "rows.cuh"

extern "C" __global__ void __launch_bounds__(BLOCK)
bias_gradient_partial(double* partial, const float* dy, long long voxels, long long chunks) {
    Chunk chunk = block_chunk(voxels, chunks);
    double sum = 0;
    for_each_group(chunk, voxels, [&](auto& group) {
        group.each([&](int, float value) { sum += value; });
    }, dy);
    sum = block_sum(sum);
    if (threadIdx.x == 0) {
        partial[blockIdx.x] = sum;
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
bias_gradient_finish(float* gradient, const double* partial, long long batch, long long channels, long long chunks,
                     long long accumulate) {
    long long c = blockIdx.x;
    double sum = channel_sum(partial, batch, channels, c, chunks);
    if (threadIdx.x == 0) {
        gradient[c] = (float) (accumulate ? gradient[c] + sum : sum);
    }
}
