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

struct Window {
    long long first;  // index of its first voxel in the tensor
    long long d;      // where that voxel is
    long long h;
    long long w;
    long long pooled;  // index of its maximum in the pooled tensor, -1 where it is not whole
};

// Window i of a row, the rows being planes of high() * wide() windows, deep() of them a sample and channel.
DEVICE Window window_at(const Windows& windows, long long row, long long i) {
    long long sample_channel = row / windows.deep();
    long long d = row % windows.deep();
    long long h = i / windows.wide();
    long long w = i % windows.wide();
    long long pooled_depth = windows.depth / windows.window_depth;
    long long pooled_height = windows.height / WINDOW;
    long long pooled_width = windows.width / WINDOW;
    long long slice = sample_channel * windows.depth + d * windows.window_depth;
    bool whole = d < pooled_depth && h < pooled_height && w < pooled_width;
    return {(slice * windows.height + h * WINDOW) * windows.width + w * WINDOW, d * windows.window_depth, h * WINDOW,
            w * WINDOW,
            whole ? ((sample_channel * pooled_depth + d) * pooled_height + h) * pooled_width + w : -1};
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
    for (long long d = 0; d < windows.window_depth && window.d + d < windows.depth; d++) {
#pragma unroll
        for (int h = 0; h < WINDOW; h++) {
#pragma unroll
            for (int w = 0; w < WINDOW; w++) {
                if (window.h + h < windows.height && window.w + w < windows.width) {
                    visit((d * windows.height + h) * windows.width + w, window.d + d, window.h + h, window.w + w);
                }
            }
        }
    }
}
