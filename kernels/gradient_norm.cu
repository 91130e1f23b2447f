// Euclidean norm of all gradients together: norm = gradient_scale sqrt(sum of g^2). Op: lobule.op.GradientNorm.
//
// gradient_norm_partial runs once a tensor, each with its own place in `partial`; gradient_norm_finish adds them all
// up.
//
// Layout: gradient, n float32 elements of any layout, taken as one row; norm (1) float32.
// Grid: gradient_norm_partial `chunks` (a number that follows from n alone), gradient_norm_finish one block.
// Workspace: partial (chunks of all tensors) double. Launched by lobule.device.cuda.update.CudaGradientNorm.
#include "reduction.cuh"
#include "rows.cuh"

extern "C" __global__ void __launch_bounds__(BLOCK)
gradient_norm_partial(double* partial, const float* gradient, long long n, long long chunks) {
    Chunk chunk = block_chunk(n, chunks);
    double sum = 0;
    for_each_group(chunk, n, [&](auto& group) {
        group.each([&](int, double value) { sum += value * value; });
    }, gradient);
    sum = block_sum(sum);
    if (threadIdx.x == 0) {
        partial[blockIdx.x] = sum;
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
gradient_norm_finish(float* norm, const double* partial, long long partials, double gradient_scale) {
    double sum = 0;
    for (long long i = threadIdx.x; i < partials; i += BLOCK) {
        sum += partial[i];
    }
    sum = block_sum(sum);
    if (threadIdx.x == 0) {
        *norm = (float) (gradient_scale * square_root(sum));
    }
}
