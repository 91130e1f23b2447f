// Boxes of a tensor in shared memory: up to two slices of rows. They are read and written in stretches of whole
// sectors: one a slice where the rows are as wide as the tensor's and follow each other, else one a row.
#pragma once
#include "rows.cuh"

#define BOX_SLICES 2
// Elements from a slice of a box in shared memory to the next. Rows that do not follow each other in the tensor lie up
// to BOX_GAP apart; a box of one slice may have the room of both.
#define BOX (4 * BLOCK + 12)
#define BOX_GAP 10

DEVICE int smaller(int a, int b) { return a < b ? a : b; }
DEVICE int larger(int a, int b) { return a < b ? b : a; }

struct Box {
    long long first;  // index of its first element in the tensor
    unsigned plane;   // from a slice to the next in the tensor
    unsigned width;   // from a row to the next in the tensor
    int slices;
    int rows;
    int columns;

    __device__ bool joined() const { return columns == (int) width; }
    __device__ int stretches() const { return joined() ? 1 : rows; }  // of a slice
    __device__ int length() const { return joined() ? rows * columns : columns; }
    __device__ Stretch stretch_of(int slice, int number) const {
        return stretch(first + (long long) slice * plane + (long long) number * width, length());
    }

    // The row of an element of a stretch, and where it is there.
    __device__ int row(int number, int i) const { return joined() ? i / columns : number; }
    __device__ int column(int i) const { return joined() ? i % columns : i; }

    // Where a slice and a row of it lie in shared memory: as far behind 16 bytes as in the tensor.
    __device__ int slice_place(int slice) const {
        return slice * BOX + (int) (((unsigned) first + slice * plane) % 4);
    }
    __device__ int pitch() const { return joined() ? columns : (columns + 3) / 4 * 4 + 4 + (int) (width % 4); }
    __device__ int place(int slice, int row, int column) const { return slice_place(slice) + row * pitch() + column; }
};

struct BoxMemory {
    alignas(16) float values[BOX_SLICES * BOX];
};

struct Same {
    __device__ float operator()(float value) const { return value; }
};

// Threads that take a stretch together: all of them, or, where a box of one slice has several, no more than it needs.
template <int SLICES> DEVICE int threads_a_stretch(const Box& box) {
    int threads = BLOCK;
    while (SLICES == 1 && !box.joined() && threads > WARP && threads / 2 * 4 >= box.columns) {
        threads /= 2;
    }
    return threads;
}

// Copies a box of at most SLICES slices from its tensor; `change` is applied to every element. All threads call it,
// before and after a barrier.
template <int SLICES, class Change> DEVICE void read_box(BoxMemory& memory, const Box& box, const float* tensor,
                                                         Change change) {
    int threads = threads_a_stretch<SLICES>(box);
    int thread = (int) threadIdx.x & (threads - 1);
#pragma unroll 1
    for (int number = (int) threadIdx.x / threads; number < box.stretches(); number += BLOCK / threads) {
#pragma unroll 1
        for (int offset = thread * 4; offset < box.length(); offset += threads * 4) {
            float values[SLICES][4];
#pragma unroll
            for (int slice = 0; slice < SLICES; slice++) {  // all loads are under way before the first is used
                Stretch elements = box.stretch_of(slice, number);
                if (slice < box.slices && elements.whole + offset < elements.rest) {
                    read<4>(values[slice], tensor + elements.first + elements.whole + offset);
                }
            }
#pragma unroll
            for (int slice = 0; slice < SLICES; slice++) {
                Stretch elements = box.stretch_of(slice, number);
                if (slice < box.slices && elements.whole + offset < elements.rest) {
                    for (float& value : values[slice]) {
                        value = change(value);
                    }
                    write<4>(memory.values + box.place(slice, number, elements.whole + offset), values[slice]);
                }
            }
        }
        int slice = thread / (2 * SECTOR);
        if (slice < box.slices) {
            Stretch elements = box.stretch_of(slice, number);
            int i = single_element(elements, thread % (2 * SECTOR));
            if (i >= 0) {
                memory.values[box.place(slice, number, i)] = change(tensor[elements.first + i]);
            }
        }
    }
}

// Copies a box to its tensor: `value(slice, number of a stretch, i)` is element i of that.
template <class Value> DEVICE void write_box(float* tensor, const Box& box, Value value) {
#pragma unroll 1
    for (int number = 0; number < box.stretches(); number++) {
#pragma unroll 1
        for (int slice = 0; slice < box.slices; slice++) {
            Stretch elements = box.stretch_of(slice, number);
#pragma unroll 1
            for (int i = elements.whole + (int) threadIdx.x * 4; i < elements.rest; i += BLOCK * 4) {
                float values[4];
#pragma unroll
                for (int j = 0; j < 4; j++) {
                    values[j] = value(slice, number, i + j);
                }
                write<4>(tensor + elements.first + i, values);
            }
            int single = threadIdx.x < 2 * SECTOR ? single_element(elements, (int) threadIdx.x) : -1;
            if (single >= 0) {
                tensor[elements.first + single] = value(slice, number, single);
            }
        }
    }
}

// A tile of a plane of a tensor: whole rows, or a part of one row.
struct PlaneTile {
    long long plane;  // which one, among those of all samples, channels and slices
    int h;            // where its first element is
    int w;
    int rows;
    int columns;

    // The tile in that or another plane of the same sizes.
    __device__ Box box(long long in_plane, int height, int width) const {
        return {(in_plane * height + h) * width + w, 0, (unsigned) width, 1, rows, columns};
    }
};

// The block's, of at most `rows` by `columns` elements; grid: planes * tiles.
DEVICE PlaneTile plane_tile(int height, int width, int rows, int columns) {
    unsigned across = (unsigned) ((width + columns - 1) / columns);
    unsigned tiles = (unsigned) ((height + rows - 1) / rows) * across;
    int h = (int) (blockIdx.x % tiles / across) * rows;
    int w = (int) (blockIdx.x % tiles % across) * columns;
    return {blockIdx.x / tiles, h, w, rows < height - h ? rows : height - h,
            columns < width - w ? columns : width - w};
}

// What a tile has along one axis of the `size` elements around the centre of `all`.
struct Overlap {
    int begin;   // in the tile
    int count;   // 0 where there is none
    int centre;  // where the first is in the centre
};

DEVICE Overlap overlap(int tile, int voxels, int all, int size) {
    int to_centre = (all - size) / 2 - tile;
    int begin = larger(to_centre, 0);
    int end = smaller(to_centre + size, voxels);
    return {begin, larger(end - begin, 0), begin - to_centre};
}
