// Windows of 2 with stride 2 over a tensor, 1 along the depth in 2D; an odd last slice, row or column is left out: the
// windows that it begins are not whole and have no maximum.
#pragma once
#include "cuda.cuh"

#define WINDOW 2

struct Windows {
    long long depth;  // sizes of the tensor that is pooled
    long long height;
    long long width;
    long long window_depth;  // 2, and 1 in 2D

    __device__ long long deep() const { return (depth + window_depth - 1) / window_depth; }
    __device__ long long high() const { return (height + WINDOW - 1) / WINDOW; }
    __device__ long long wide() const { return (width + WINDOW - 1) / WINDOW; }
};

// A row of windows: a plane of high() * wide(), fewer than 2^32, of one sample and channel, that has deep() of them.
struct WindowRow {
    long long sample_channel;
    int d;             // slice that they begin at
    long long first;   // index of that slice's first voxel in the tensor
    long long pooled;  // index of the row's first maximum in the pooled tensor, -1 where there is none
};

DEVICE WindowRow window_row(const Windows& windows, long long row) {
    long long sample_channel = row / windows.deep();
    long long d = row % windows.deep();
    long long pooled_depth = windows.depth / windows.window_depth;
    long long slice = sample_channel * windows.depth + d * windows.window_depth;
    long long pooled_slice = sample_channel * pooled_depth + d;
    return {sample_channel, (int) (d * windows.window_depth), slice * windows.height * windows.width,
            d < pooled_depth ? pooled_slice * (windows.height / WINDOW) * (windows.width / WINDOW) : -1};
}

struct Window {
    long long first;  // index of its first voxel in the tensor
    int d;            // where that voxel is
    int h;
    int w;
    long long pooled;  // index of its maximum in the pooled tensor, -1 where it is not whole
};

DEVICE Window window_at(const Windows& windows, const WindowRow& row, long long i) {
    unsigned wide = (unsigned) windows.wide();
    int h = (int) ((unsigned) i / wide);
    int w = (int) ((unsigned) i % wide);
    int pooled_height = (int) windows.height / WINDOW;
    int pooled_width = (int) windows.width / WINDOW;
    bool whole = row.pooled >= 0 && h < pooled_height && w < pooled_width;
    return {row.first + h * WINDOW * windows.width + w * WINDOW, row.d, h * WINDOW, w * WINDOW,
            whole ? row.pooled + (long long) h * pooled_width + w : -1};
}

struct Largest {
    long long offset;
    float value;
};

// The largest voxel of a whole window, the first in (d, h, w) order on ties, or a NaN: its value and how far it is from
// the window's first. `value` gives what is at an offset.
template <class Value>
DEVICE Largest largest_in_window(Value value, long long window_depth, long long plane, long long width) {
    Largest largest = {0, value(0)};
    for (long long d = 0; d < window_depth; d++) {
#pragma unroll
        for (int h = 0; h < WINDOW; h++) {
#pragma unroll
            for (int w = 0; w < WINDOW; w++) {
                long long offset = d * plane + h * width + w;
                float candidate = value(offset);
                if (candidate > largest.value || candidate != candidate) {
                    largest = {offset, candidate};
                }
            }
        }
    }
    return largest;
}

// Calls visit(offset from the window's first voxel, d, h, w) for every voxel of a window that is in the tensor.
template <class Visit> DEVICE void for_each_voxel(const Windows& windows, const Window& window, Visit visit) {
    for (int d = 0; d < (int) windows.window_depth && window.d + d < (int) windows.depth; d++) {
#pragma unroll 1
        for (int h = 0; h < WINDOW && window.h + h < (int) windows.height; h++) {
#pragma unroll
            for (int w = 0; w < WINDOW; w++) {
                if (window.w + w < (int) windows.width) {
                    visit((d * windows.height + h) * windows.width + w, window.d + d, window.h + h, window.w + w);
                }
            }
        }
    }
}
