// Maximum over windows of 2 with stride 2; an odd last slice, row or column is left out. Its gradient goes to the
// largest voxel of each window, the first in (d, h, w) order on ties (a NaN counts as largest), found again from x; all
// else gets 0. Ops: lobule.op.MaxPool, MaxPoolBackward.
//
// Layout: x, dx (N, C, D, H, W) float32; y, dy (N, C, D/window_depth, H/2, W/2). window_depth is 2, and 1 in 2D, where
// D = 1. depth, height, width are those of x.
// Grid: N * C * ceil(D/window_depth) * chunks, a row being a plane of ceil(H/2) * ceil(W/2) windows.
// Workspace: none. Launched by lobule.device.cuda.voxels.CudaMaxPool, CudaMaxPoolBackward.
#include "pooling.cuh"

extern "C" __global__ void __launch_bounds__(BLOCK, RESIDENT_BLOCKS)
max_pool_forward(float* y, const float* x, long long depth, long long height, long long width, long long window_depth,
                 long long chunks) {
    __shared__ BoxMemory memory;
    for_each_tile(windows_of(depth, height, width, window_depth), chunks, [&](const Tile& tile) {
        __syncthreads();  // the tile before has been read
        read_box<BOX_SLICES>(memory, tile.voxels, x, Same());
        __syncthreads();
        if ((int) threadIdx.x < tile.windows) {
            Window window = window_of(tile);
            if (window.whole(tile)) {
                y[window.pooled(tile)] = largest_of(memory, window, Same()).value;
            }
        }
    });
}

extern "C" __global__ void __launch_bounds__(BLOCK, RESIDENT_BLOCKS)
max_pool_backward(float* dx, const float* x, const float* dy, long long depth, long long height, long long width,
                  long long window_depth, long long chunks) {
    __shared__ BoxMemory memory;
    for_each_tile(windows_of(depth, height, width, window_depth), chunks, [&](const Tile& tile) {
        __syncthreads();  // the tile before has been written
        read_box<BOX_SLICES>(memory, tile.voxels, x, Same());
        __syncthreads();
        if ((int) threadIdx.x < tile.windows) {
            Window window = window_of(tile);
            int largest = window.whole(tile) ? largest_of(memory, window, Same()).number : -1;
            float gradient = largest >= 0 ? dy[window.pooled(tile)] : 0.0f;
            window.each([&](int d, int h, int w, int place) {
                memory.values[place] = number_of(d, h, w) == largest ? gradient : 0.0f;
            });
        }
        __syncthreads();
        write_box(dx, tile.voxels, [&](int slice, int number, int i) {
            return memory.values[tile.voxels.place(slice, number, i)];
        });
    });
}
