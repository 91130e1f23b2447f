// Sums, element by element.
//
//   add       y = a + b
//   add_bias  y(n, c, v) += bias(c)
//
// Layout, float32: add n elements of any layout, y may be a or b; add_bias y (N, C, V), bias (C).
// Grid: add `chunks`; add_bias N * C * chunks. Workspace: none.
// Launched by lobule.device.cuda.voxels.CudaAdd (add), CudaConvolution (add_bias).
#include "rows.cuh"

extern "C" __global__ void __launch_bounds__(BLOCK)
add(float* y, const float* a, const float* b, long long n, long long chunks) {
    for_each_group(block_chunk(n, chunks), n, [&](auto& group) {
        group.each([](int, float& sum, float other) { sum += other; });
        group.store(y);
    }, a, b);
}

extern "C" __global__ void __launch_bounds__(BLOCK)
add_bias(float* y, const float* bias, long long channels, long long voxels, long long chunks) {
    Chunk chunk = block_chunk(voxels, chunks);
    float of_channel = bias[chunk.row % channels];
    for_each_group(chunk, voxels, [&](auto& group) {
        group.each([&](int, float& value) { value += of_channel; });
        group.store(y);
    }, y);
}
