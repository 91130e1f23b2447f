// What batch renormalisation does to one channel, forward and backward; formulas in batch_renorm.cu.
#pragma once
#include "reduction.cuh"
#include "rows.cuh"

// y = scale (x - mean) + shift. Forward and backward pass compute y alike, so that they agree on the ReLU's mask.
struct Norm {
    float mean;
    float scale;  // gamma r / sigma_B
    float shift;  // gamma d + beta

    __device__ float output(float centred) const { return fused_multiply_add(centred, scale, shift); }

    // dy, or 0 where the ReLU cut y off.
    __device__ float gradient(float centred, float dy, bool relu) const {
        return relu && !(output(centred) > 0) ? 0.0f : dy;
    }
};

DEVICE Norm norm_of(const float* statistics, const float* gamma, const float* beta, long long channels, long long c) {
    float inverse = 1.0f / statistics[channels + c];
    return {statistics[c], gamma[c] * statistics[2 * channels + c] * inverse,
            fused_multiply_add(gamma[c], statistics[3 * channels + c], beta[c])};
}

// NaN passes.
DEVICE float rectified(float output) { return output < 0 ? 0.0f : output; }

// Sums of dy and of dy (x - mu): in float for the GROUP values that a thread takes at once, then in double.
struct GradientSums {
    float sum = 0;
    float product = 0;
    double total = 0;
    double total_product = 0;

    __device__ void add(float gradient, float centred) {
        sum += gradient;
        product = fused_multiply_add(gradient, centred, product);
    }

    // After at most GROUP values.
    __device__ void end_group() {
        total += sum;
        total_product += product;
        sum = 0;
        product = 0;
    }

    // The block's sums as number `block` of `blocks`: partial (2, blocks). All threads call it.
    __device__ void write(double* partial, long long block, long long blocks) {
        double totals[] = {total, total_product};
        block_sums(totals);
        if (threadIdx.x == 0) {
            partial[block] = totals[0];
            partial[blocks + block] = totals[1];
        }
    }
};

// sum dy / M, and sum(dy xbar) / M / sigma_B, which is multiplied by x - mu_B.
struct GradientMeans {
    float mean;
    float product;

    __device__ float input_gradient(const Norm& norm, float centred, float gradient) const {
        return norm.scale * fused_multiply_add(-centred, product, gradient - mean);
    }
};

// Channel c of means (2, C).
DEVICE GradientMeans means_of(const float* means, long long channels, long long c) {
    return {means[c], means[channels + c]};
}
