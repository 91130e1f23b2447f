// Euclidean norm of all gradients together: norm = gradient_scale sqrt(sum of g^2). Op: lobule.op.GradientNorm.
//
// Layout: each row of the table has one gradient; norm (1) float32.
// Grid: gradient_norm_partial the chunks of all gradients, gradient_norm_finish one block.
// Workspace: partial (chunks of all gradients) double. Launched by lobule.device.cuda.update.CudaGradientNorm.
#include "reduction.cuh"
#include "rows.cuh"
#include "tables.cuh"

extern "C" __global__ void __launch_bounds__(BLOCK)
gradient_norm_partial(double* partial, const TableRow* table, long long rows) {
    TableChunk part = table_chunk(table, rows);
    double sum = 0;
    for_each_group(part.chunk, part.row.elements, [&](auto& group) {
        group.each([&](int, double value) { sum += value * value; });
    }, part.row.tensors[0]);
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
