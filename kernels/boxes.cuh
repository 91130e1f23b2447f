// Boxes of a tensor in shared memory: up to two slices of rows. They are read and written in stretches of whole
// sectors: one a slice where the rows are as wide as the tensor's and follow each other, else one a row.
#pragma once
#include "rows.cuh"

#define BOX_SLICES 2
// Elements from a slice of a box in shared memory to the next. Rows that do not follow each other in the tensor lie up
// to BOX_GAP apart; a box of one slice may have the room of both.
#define BOX (4 * BLOCK + 12)
#define BOX_GAP 10

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

// Copies a box of at most SLICES slices from its tensor; `change` is applied to every element. All threads call it,
// before and after a barrier.
template <int SLICES, class Change> DEVICE void read_box(BoxMemory& memory, const Box& box, const float* tensor,
                                                         Change change) {
#pragma unroll 1
    for (int number = 0; number < box.stretches(); number++) {
#pragma unroll 1
        for (int offset = (int) threadIdx.x * 4; offset < box.length(); offset += BLOCK * 4) {
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
        int slice = (int) threadIdx.x / (2 * SECTOR);
        if (slice < box.slices) {
            Stretch elements = box.stretch_of(slice, number);
            int i = single_element(elements, (int) threadIdx.x % (2 * SECTOR));
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
