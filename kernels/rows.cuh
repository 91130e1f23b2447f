// Rows of tensors, read and written in whole sectors of memory: four elements a thread at a time where a row's chunk
// consists of whole sectors, single ones at its ends. Rows begin anywhere, tensors at a sector.
#pragma once
#include "cuda.cuh"

typedef float Four __attribute__((ext_vector_type(4)));

template <int WIDTH> DEVICE void read(float* values, const float* from) {
    if constexpr (WIDTH == 4) {
        Four four = *(const Four*) from;
        values[0] = four.x;
        values[1] = four.y;
        values[2] = four.z;
        values[3] = four.w;
    } else {
        values[0] = *from;
    }
}

template <int WIDTH> DEVICE void write(float* to, const float* values) {
    if constexpr (WIDTH == 4) {
        *(Four*) to = {values[0], values[1], values[2], values[3]};
    } else {
        *to = values[0];
    }
}

template <int... INDEX> struct Indices {};
template <class, int... INDEX> using IndicesOf = Indices<INDEX...>;

// What a thread takes of each of INPUTS tensors at once: PARTS times WIDTH consecutive elements, one part of every
// thread of the block lying between a part of a thread and its next.
template <int INPUTS, int PARTS, int WIDTH> struct Group {
    long long first;  // index of the thread's first element in the tensors
    int offset;       // that element in the chunk
    int end;          // of the chunk's elements that such groups take
    float of[INPUTS][PARTS][WIDTH];

    __device__ bool has(int part) const { return offset + part * BLOCK * WIDTH < end; }

    // All loads are under way before the first value is used.
    template <class... Tensor> __device__ void load(const Tensor*... tensors) {
#pragma unroll
        for (int part = 0; part < PARTS; part++) {
            if (has(part)) {
                int input = 0;
                (read<WIDTH>(of[input++][part], tensors + first + part * BLOCK * WIDTH), ...);
            }
        }
    }

    // Calls visit(element's place in the chunk, that element of each tensor), which may change the elements.
    template <class Visit> __device__ void each(Visit visit) {
        each(visit, __make_integer_seq<IndicesOf, int, INPUTS>());
    }

    template <class Visit, int... INDEX> __device__ void each(Visit visit, Indices<INDEX...>) {
#pragma unroll
        for (int part = 0; part < PARTS; part++) {
            if (has(part)) {
#pragma unroll
                for (int i = 0; i < WIDTH; i++) {
                    visit(offset + part * BLOCK * WIDTH + i, of[INDEX][part][i]...);
                }
            }
        }
    }

    // Writes the elements of tensor `input`.
    __device__ void store(float* to, int input = 0) const {
#pragma unroll
        for (int part = 0; part < PARTS; part++) {
            if (has(part)) {
                write<WIDTH>(to + first + part * BLOCK * WIDTH, of[input][part]);
            }
        }
    }
};

// Consecutive elements of a tensor: single ones, whole sectors from `whole` on, single ones from `rest` on.
struct Stretch {
    long long first;  // index in the tensor
    int length;
    int whole;
    int rest;
};

DEVICE Stretch stretch(long long first, int length) {
    int whole = (int) (-(unsigned) first % SECTOR);
    int rest = length - (int) ((unsigned) (first + length) % SECTOR);
    whole = whole < length ? whole : length;
    return {first, length, whole, rest < whole ? whole : rest};
}

// The single element that one of 2 * SECTOR threads takes of a stretch: of the first SECTOR at its beginning, of the
// others at its end; -1 where there is none.
DEVICE int single_element(const Stretch& stretch, int thread) {
    int i = thread < SECTOR ? thread : stretch.rest + thread - SECTOR;
    return i < (thread < SECTOR ? stretch.whole : stretch.length) ? i : -1;
}

// Calls use(group) for what the thread takes of a chunk of rows, `length` long, of tensors of one shape.
template <class Use, class... Tensor>
DEVICE void for_each_group(const Chunk& chunk, long long length, Use use, const Tensor*... tensors) {
    constexpr int INPUTS = sizeof...(Tensor);
    constexpr int PARTS = INPUTS <= 2 ? GROUP / 4 : 1;
    Stretch elements = stretch(chunk.row * length + chunk.begin, (int) (chunk.end - chunk.begin));
#pragma unroll
    for (int part = 0; part < GROUP / 4; part += PARTS) {
        int offset = elements.whole + (part * BLOCK + (int) threadIdx.x) * 4;
        Group<INPUTS, PARTS, 4> group = {.first = elements.first + offset, .offset = offset, .end = elements.rest};
        if (group.has(0)) {
            group.load(tensors...);
            use(group);
        }
    }
    int offset = threadIdx.x < 2 * SECTOR ? single_element(elements, (int) threadIdx.x) : -1;
    if (offset >= 0) {
        Group<INPUTS, 1, 1> single = {.first = elements.first + offset, .offset = offset, .end = elements.length};
        single.load(tensors...);
        use(single);
    }
}
