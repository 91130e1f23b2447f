// The softmax of one voxel's logits, which lie `stride` elements apart: p_c = exp(z_c - max z) / sum exp(z - max z).
#pragma once
#include "cuda.cuh"
#include "exponential.cuh"

// The most classes that labels of 8 bits tell apart.
#define MAX_CLASSES 256

struct Softmax {
    const float* logits;
    long long stride;
    long long best;  // class of the largest logit, the lowest on ties
    float largest;   // its logit
    float rest;      // sum of exp(z_c - largest) over the others; NaN where a logit is NaN or the largest infinite

    __device__ float exponent(long long c) const { return logits[c * stride] - largest; }

    __device__ float probability(long long c) const {
        return (c == best ? 1.0f : exponential(exponent(c))) / (1.0f + rest);
    }

    // -log p_c, which does not underflow as p_c does, and keeps its digits where p_c is almost 1.
    __device__ float negative_logarithm(long long c) const { return logarithm_of_1_and(rest) - exponent(c); }
};

DEVICE Softmax softmax(const float* logits, long long classes, long long stride) {
    Softmax softmax = {logits, stride, 0, logits[0], 0};
    for (long long c = 1; c < classes; c++) {
        float logit = logits[c * stride];
        if (logit > softmax.largest) {
            softmax.best = c;
            softmax.largest = logit;
        }
    }
    softmax.rest = softmax.largest - softmax.largest;  // 0, or NaN
    for (long long c = 0; c < classes; c++) {
        softmax.rest += c == softmax.best ? 0.0f : exponential(softmax.exponent(c));
    }
    return softmax;
}
