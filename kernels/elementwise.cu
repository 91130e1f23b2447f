// Sums, element by element.
//
//   add       y = a + b
//   add_bias  y(n, c, v) += bias(c)
//
// Layout, float32: add n elements of any layout, y may be a or b; add_bias y (N, C, V), bias (C).
// Grid: add any, grid-stride; add_bias N * C * chunks. Workspace: none.
// Launched by lobule.device.cuda.voxels.CudaAdd (add), CudaConvolution (add_bias).
#include "cuda.cuh"

extern "C" __global__ void __launch_bounds__(BLOCK)
add(float* y, const float* a, const float* b, long long n) {
    for (long long i = grid_thread(); i < n; i += grid_threads()) {
        y[i] = a[i] + b[i];
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
add_bias(float* y, const float* bias, long long channels, long long voxels, long long chunks) {
    Chunk chunk = block_chunk(voxels, chunks);
    float* row = y + chunk.row * voxels;
    float value = bias[chunk.row % channels];
    for (long long i = chunk.begin + threadIdx.x; i < chunk.end; i += BLOCK) {
        row[i] += value;
    }
}
