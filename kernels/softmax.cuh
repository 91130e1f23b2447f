// The softmax of one voxel's logits, which lie `stride` elements apart: p_c = exp(z_c - max z) / sum exp(z - max z).
#pragma once
#include "boxes.cuh"
#include "exponential.cuh"

// The most classes that labels of 8 bits tell apart.
#define MAX_CLASSES 256

struct Softmax {
    const float* logits;
    long long stride;
    int best;         // class of the largest logit, the lowest on ties
    float largest;   // its logit
    float rest;      // sum of exp(z_c - largest) over the others; NaN where a logit is NaN or the largest infinite

    __device__ float exponent(int c) const { return logits[c * stride] - largest; }

    __device__ float probability(int c) const {
        return (c == best ? 1.0f : exponential(exponent(c))) / (1.0f + rest);
    }

    // -log p_c, which does not underflow as p_c does, and keeps its digits where p_c is almost 1.
    __device__ float negative_logarithm(int c) const { return logarithm_of_1_and(rest) - exponent(c); }
};

DEVICE Softmax softmax(const float* logits, int classes, long long stride) {
    Softmax softmax = {logits, stride, 0, logits[0], 0};
#pragma unroll 1
    for (int c = 1; c < classes; c++) {
        float logit = logits[c * stride];
        if (logit > softmax.largest) {
            softmax.best = c;
            softmax.largest = logit;
        }
    }
    softmax.rest = softmax.largest - softmax.largest;  // 0, or NaN
#pragma unroll 1
    for (int c = 0; c < classes; c++) {
        softmax.rest += c == softmax.best ? 0.0f : exponential(softmax.exponent(c));
    }
    return softmax;
}

// Most classes whose logits go through shared memory, where they are read once. With more too few voxels would fit, and
// a thread reads its voxel's logits from the tensor as often as it needs them.
#define MOST_STAGED_CLASSES 8

// Voxels whose logits fit into shared memory, in whole sectors.
DEVICE int staged_voxels(int classes) {
    int fitting = ((BOX_SLICES * BOX - 3) / classes - BOX_GAP) / SECTOR * SECTOR;
    return fitting < 4 * BLOCK ? fitting : 4 * BLOCK;
}

// Calls visit(voxel of the chunk, its first logit, where its first result may be written, distance of classes) for the
// voxels of a chunk of a sample. Results, if there are any, replace logits one by one. All threads call it.
template <class Visit>
DEVICE void for_each_voxel(float* results, const float* logits, const Chunk& chunk, long long sample, int classes,
                           long long voxels, Visit visit) {
    long long first = sample * classes * voxels + chunk.begin;
    int length = (int) (chunk.end - chunk.begin);
    if (classes > MOST_STAGED_CLASSES || voxels != (unsigned) voxels) {
#pragma unroll 1
        for (int i = (int) threadIdx.x; i < length; i += BLOCK) {
            visit(i, logits + first + i, results + first + i, voxels);
        }
        return;
    }
    __shared__ BoxMemory memory;
    int size = staged_voxels(classes);
#pragma unroll 1
    for (int begin = 0; begin < length; begin += size) {
        int count = length - begin < size ? length - begin : size;
        Box box = {first + begin, 0, (unsigned) voxels, 1, classes, count};
        __syncthreads();  // the voxels before have been used
        read_box<1>(memory, box, logits, Same());
        __syncthreads();
#pragma unroll 1
        for (int i = (int) threadIdx.x; i < count; i += BLOCK) {
            float* voxel = memory.values + box.place(0, 0, i);
            visit(begin + i, voxel, voxel, (long long) box.pitch());
        }
        if (results) {
            __syncthreads();
            write_box(results, box, [&](int slice, int number, int i) {
                return memory.values[box.place(slice, number, i)];
            });
        }
    }
}
