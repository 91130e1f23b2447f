// Maximum over windows of 2 with stride 2; an odd last slice, row or column is left out. Its gradient goes to the
// largest voxel of each window, the first in (d, h, w) order on ties (a NaN counts as largest), found again from x; all
// else gets 0. Ops: lobule.op.MaxPool, MaxPoolBackward.
//
// Layout: x, dx (N, C, D, H, W) float32; y, dy (N, C, D/window_depth, H/2, W/2). window_depth is 2, and 1 in 2D, where
// D = 1. depth, height, width are those of x.
// Grid: max_pool_forward  N * C * (D/window_depth) * chunks, a row being a plane of H/2 * W/2 outputs;
//       max_pool_backward N * C * ceil(D/window_depth) * chunks, a row being a plane of ceil(H/2) * ceil(W/2) windows.
// Workspace: none. Launched by lobule.device.cuda.CudaMaxPool, CudaMaxPoolBackward.
#include "cuda.cuh"

#define WINDOW 2

struct Largest {
    long long offset;
    float value;
};

// Where the largest voxel of the window is, counted from the window's first.
DEVICE Largest largest_in_window(const float* window, long long window_depth, long long plane, long long width) {
    Largest largest = {0, window[0]};
    for (long long d = 0; d < window_depth; d++) {
#pragma unroll
        for (int h = 0; h < WINDOW; h++) {
#pragma unroll
            for (int w = 0; w < WINDOW; w++) {
                long long offset = d * plane + h * width + w;
                float value = window[offset];
                if (value > largest.value || value != value) {
                    largest = {offset, value};
                }
            }
        }
    }
    return largest;
}

extern "C" __global__ void __launch_bounds__(BLOCK)
max_pool_forward(float* y, const float* x, long long depth, long long height, long long width, long long window_depth,
                 long long chunks) {
    long long pooled_depth = depth / window_depth;
    long long pooled_width = width / WINDOW;
    long long pooled_plane = height / WINDOW * pooled_width;
    Chunk chunk = block_chunk(pooled_plane, chunks);
    long long slice = chunk.row / pooled_depth * depth + chunk.row % pooled_depth * window_depth;
    const float* window = x + slice * height * width;
    for (long long i = chunk.begin + threadIdx.x; i < chunk.end; i += BLOCK) {
        long long first = i / pooled_width * WINDOW * width + i % pooled_width * WINDOW;
        y[chunk.row * pooled_plane + i] = largest_in_window(window + first, window_depth, height * width, width).value;
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
max_pool_backward(float* dx, const float* x, const float* dy, long long depth, long long height, long long width,
                  long long window_depth, long long chunks) {
    long long pooled_depth = depth / window_depth;
    long long pooled_height = height / WINDOW;
    long long pooled_width = width / WINDOW;
    long long windows_deep = (depth + window_depth - 1) / window_depth;
    long long windows_high = (height + WINDOW - 1) / WINDOW;
    long long windows_wide = (width + WINDOW - 1) / WINDOW;
    Chunk chunk = block_chunk(windows_high * windows_wide, chunks);
    long long sample_channel = chunk.row / windows_deep;
    long long d = chunk.row % windows_deep;
    long long slice = sample_channel * depth + d * window_depth;
    for (long long i = chunk.begin + threadIdx.x; i < chunk.end; i += BLOCK) {
        long long h = i / windows_wide;
        long long w = i % windows_wide;
        long long first = (slice * height + h * WINDOW) * width + w * WINDOW;
        long long largest = -1;
        float gradient = 0;
        if (d < pooled_depth && h < pooled_height && w < pooled_width) {
            largest = largest_in_window(x + first, window_depth, height * width, width).offset;
            gradient = dy[((sample_channel * pooled_depth + d) * pooled_height + h) * pooled_width + w];
        }
        for (long long kd = 0; kd < window_depth && d * window_depth + kd < depth; kd++) {
            for (long long kh = 0; kh < WINDOW && h * WINDOW + kh < height; kh++) {
                for (long long kw = 0; kw < WINDOW && w * WINDOW + kw < width; kw++) {
                    long long offset = (kd * height + kh) * width + kw;
                    dx[first + offset] = offset == largest ? gradient : 0.0f;
                }
            }
        }
    }
}
