// Sums and constants, element by element.
//
//   add         y = a + b
//   accumulate  y += a
//   fill        y = value
//   add_bias    y(n, c, v) += bias(c)
//
// Layout: any for the first three, n elements, grid-stride, any grid; y may be a or b. add_bias: y (N, C, V) float32, bias
// (C); grid N * C * chunks.
// Workspace: none. Launched by lobule.device.cuda: Add; the head's Convolution (add_bias); gradients summed over
// mini-batches (accumulate).
#include "cuda.cuh"

extern "C" __global__ void __launch_bounds__(BLOCK)
add(float* y, const float* a, const float* b, long long n) {
    for (long long i = grid_thread(); i < n; i += grid_threads()) {
        y[i] = a[i] + b[i];
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK) accumulate(float* y, const float* a, long long n) {
    for (long long i = grid_thread(); i < n; i += grid_threads()) {
        y[i] += a[i];
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK) fill(float* y, long long n, double value) {
    for (long long i = grid_thread(); i < n; i += grid_threads()) {
        y[i] = (float) value;
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
