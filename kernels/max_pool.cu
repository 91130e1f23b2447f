// Maximum over windows of 2 with stride 2; an odd last slice, row or column is left out. Its gradient goes to the
// largest voxel of each window, the first in (d, h, w) order on ties (a NaN counts as largest), found again from x; all
// else gets 0. Ops: lobule.op.MaxPool, MaxPoolBackward.
//
// Layout: x, dx (N, C, D, H, W) float32; y, dy (N, C, D/window_depth, H/2, W/2). window_depth is 2, and 1 in 2D, where
// D = 1. depth, height, width are those of x.
// Grid: max_pool_forward  N * C * (D/window_depth) * chunks, a row being a plane of H/2 * W/2 outputs;
//       max_pool_backward N * C * ceil(D/window_depth) * chunks, a row being a plane of ceil(H/2) * ceil(W/2) windows.
// Workspace: none. Launched by lobule.device.cuda.voxels.CudaMaxPool, CudaMaxPoolBackward.
#include "pooling.cuh"

extern "C" __global__ void __launch_bounds__(BLOCK)
max_pool_forward(float* y, const float* x, long long depth, long long height, long long width, long long window_depth,
                 long long chunks) {
    long long pooled_depth = depth / window_depth;
    long long pooled_width = width / WINDOW;
    long long pooled_plane = height / WINDOW * pooled_width;
    Chunk chunk = block_chunk(pooled_plane, chunks);
    long long slice = chunk.row / pooled_depth * depth + chunk.row % pooled_depth * window_depth;
    for (long long i = chunk.begin + threadIdx.x; i < chunk.end; i += BLOCK) {
        long long first = i / pooled_width * WINDOW * width + i % pooled_width * WINDOW;
        const float* window = x + slice * height * width + first;
        auto value = [&](long long offset) { return window[offset]; };
        y[chunk.row * pooled_plane + i] = largest_in_window(value, window_depth, height * width, width).value;
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
max_pool_backward(float* dx, const float* x, const float* dy, long long depth, long long height, long long width,
                  long long window_depth, long long chunks) {
    Windows windows = {depth, height, width, window_depth};
    Chunk chunk = block_chunk(windows.high() * windows.wide(), chunks);
    WindowRow row = window_row(windows, chunk.row);
    for (long long i = chunk.begin + threadIdx.x; i < chunk.end; i += BLOCK) {
        Window window = window_at(windows, row, i);
        long long largest = -1;
        float gradient = 0;
        if (window.pooled >= 0) {
            auto value = [&](long long offset) { return x[window.first + offset]; };
            largest = largest_in_window(value, window_depth, height * width, width).offset;
            gradient = dy[window.pooled];
        }
        for_each_voxel(windows, window, [&](long long offset, int, int, int) {
            dx[window.first + offset] = offset == largest ? gradient : 0.0f;
        });
    }
}
