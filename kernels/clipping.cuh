// What optimisers multiply gradients by.
#pragma once
#include "cuda.cuh"

// The gradient scale, less where the norm of all gradients exceeds clip_norm (infinity: never).
DEVICE float clipped_scale(float norm, double clip_norm, double gradient_scale) {
    float limit = (float) clip_norm;
    return norm > limit ? (float) gradient_scale * (limit / norm) : (float) gradient_scale;
}

DEVICE bool is_finite(float value) { return value - value == 0; }
