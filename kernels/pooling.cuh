// Windows of 2 with stride 2 over a tensor, 1 along the depth in 2D; an odd last slice, row or column is left out: the
// windows that it begins are not whole and have no maximum. A block goes over tiles of windows, one a thread, whose
// voxels lie in shared memory meanwhile.
#pragma once
#include "boxes.cuh"

#define WINDOW 2

struct Windows {
    int depth;  // sizes of the tensor that is pooled
    int height;
    int width;
    int window_depth;  // 2, and 1 in 2D

    __device__ int deep() const { return (depth + window_depth - 1) / window_depth; }
    __device__ int high() const { return (height + WINDOW - 1) / WINDOW; }
    __device__ int wide() const { return (width + WINDOW - 1) / WINDOW; }
};

DEVICE Windows windows_of(long long depth, long long height, long long width, long long window_depth) {
    return {(int) depth, (int) height, (int) width, (int) window_depth};
}

// Whole rows of a plane of windows, or a part of one row.
struct Tile {
    Box voxels;
    int d;  // where its first voxel is
    int h;
    int w;
    int windows;
    int columns;       // windows of a row, and of these the whole ones
    int whole_columns;
    int whole_rows;
    long long pooled;  // index of the first maximum in the pooled tensor
    int pooled_width;
};

DEVICE Tile tile_of(const Windows& windows, unsigned plane, int h, int w, int rows, int columns) {
    unsigned deep = (unsigned) windows.deep();
    long long sample_channel = plane / deep;
    int d = (int) (plane % deep) * windows.window_depth;
    bool whole = d + windows.window_depth <= windows.depth;
    int pooled_height = windows.height / WINDOW;
    int pooled_width = windows.width / WINDOW;
    long long pooled_slice = sample_channel * (windows.depth / windows.window_depth) + d / windows.window_depth;
    rows = smaller(rows, windows.high() - h);
    columns = smaller(columns, windows.wide() - w);
    Box voxels = {((sample_channel * windows.depth + d) * windows.height + h * WINDOW) * windows.width + w * WINDOW,
                  (unsigned) windows.height * (unsigned) windows.width, (unsigned) windows.width,
                  whole ? windows.window_depth : 1, smaller(rows * WINDOW, windows.height - h * WINDOW),
                  smaller(columns * WINDOW, windows.width - w * WINDOW)};
    return {voxels, d, h * WINDOW, w * WINDOW, rows * columns, columns, smaller(columns, pooled_width - w),
            whole ? smaller(rows, pooled_height - h) : 0, (pooled_slice * pooled_height + h) * pooled_width + w,
            pooled_width};
}

// How a plane of windows is divided into tiles.
struct Tiling {
    Windows windows;
    int rows;  // windows of a tile
    int columns;
    int across;  // tiles beside each other
    int tiles;
};

DEVICE Tiling tiling_of(const Windows& windows) {
    int columns = smaller(windows.wide(), BLOCK);
    int rows = BLOCK / columns;
    int across = (windows.wide() + columns - 1) / columns;
    return {windows, rows, columns, across, (windows.high() + rows - 1) / rows * across};
}

// Calls visit(tile) for the tiles of one of `chunks` chunks of a plane of windows; block = plane * chunks + chunk.
template <class Visit> DEVICE void for_each_tile(const Windows& windows, long long chunks, Visit visit) {
    // Alike for all threads, whose registers they would fill.
    __shared__ Tiling tiling;
    __shared__ Tile tile;
    if (threadIdx.x == 0) {
        tiling = tiling_of(windows);
    }
    __syncthreads();
    int share = (tiling.tiles + (int) chunks - 1) / (int) chunks;
    int first = (int) (blockIdx.x % (unsigned) chunks) * share;
    int end = smaller(first + share, tiling.tiles);
#pragma unroll 1
    for (int i = first; i < end; i++) {
        __syncthreads();  // the tile before has been used
        if (threadIdx.x == 0) {
            int row = i / tiling.across;
            tile = tile_of(tiling.windows, blockIdx.x / (unsigned) chunks, row * tiling.rows,
                           (i - row * tiling.across) * tiling.columns, tiling.rows, tiling.columns);
        }
        __syncthreads();
        visit(tile);
    }
}

// A thread's window of a tile.
struct Window {
    int row;
    int column;
    bool deep;  // it has voxels in the second slice, row and column
    bool high;
    bool wide;
    int first;  // place of its first voxel in shared memory
    int slice;  // from there to the next slice
    int pitch;  // and to the next row

    // Calls visit(d, h, w, place in shared memory) for those of the window's voxels that are in the tensor.
    template <class Visit> __device__ void each(Visit visit) const {
#pragma unroll 1
        for (int d = 0; d < (deep ? WINDOW : 1); d++) {
#pragma unroll
            for (int h = 0; h < WINDOW; h++) {
#pragma unroll
                for (int w = 0; w < WINDOW; w++) {
                    if ((h == 0 || high) && (w == 0 || wide)) {
                        visit(d, h, w, first + d * slice + h * pitch + w);
                    }
                }
            }
        }
    }

    __device__ bool whole(const Tile& tile) const { return row < tile.whole_rows && column < tile.whole_columns; }

    // Index of its maximum, where it is whole.
    __device__ long long pooled(const Tile& tile) const {
        return tile.pooled + (long long) row * tile.pooled_width + column;
    }
};

// Of a thread below tile.windows.
DEVICE Window window_of(const Tile& tile) {
    const Box& box = tile.voxels;
    int row = (int) threadIdx.x / tile.columns;
    int column = (int) threadIdx.x - row * tile.columns;
    int first = box.place(0, row * WINDOW, column * WINDOW);
    return {row, column, box.slices > 1, row * WINDOW + 1 < box.rows, column * WINDOW + 1 < box.columns, first,
            box.slice_place(1) - box.slice_place(0), box.pitch()};
}

struct Largest {
    int number;  // (d * WINDOW + h) * WINDOW + w
    float value;
};

DEVICE int number_of(int d, int h, int w) { return (d * WINDOW + h) * WINDOW + w; }

// The largest voxel of a whole window, the first in (d, h, w) order on ties, or a NaN; `value` of what is in memory.
template <class Value> DEVICE Largest largest_of(const BoxMemory& memory, const Window& window, Value value_of) {
    Largest largest = {0, value_of(memory.values[window.first])};
    window.each([&](int d, int h, int w, int place) {
        float value = value_of(memory.values[place]);
        if (value > largest.value || value != value) {
            largest = {number_of(d, h, w), value};
        }
    });
    return largest;
}
