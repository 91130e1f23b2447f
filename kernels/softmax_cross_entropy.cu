// Softmax and categorical cross entropy: loss = sum_j w_y (-log p_y) / sum_j w_y over all voxels whose label y is not
// ignore_label (-1: none), from log-sum-exp; 0 where nothing is left. Gradient: w_y (p_c - [c = y]) / sum w, 0 at
// ignored voxels. Ops: lobule.op.SoftmaxCrossEntropy, SoftmaxCrossEntropyBackward.
//
// A label that is neither a class nor ignored makes both sums NaN, and with them loss and gradient.
//
// Layout: logits, dlogits (N, C, V) float32; target (N, V) bytes; class_weights (C) double, or null for all 1; loss (1)
// float32; sums (2) double, numerator and sum of weights.
// Grid: cross_entropy_partial, cross_entropy_backward N * chunks; cross_entropy_finish one block. `partials` is N *
// chunks.
// Workspace: partial (2, N * chunks) double.
// Launched by lobule.device.cuda.loss.CudaSoftmaxCrossEntropy (partial, finish), CudaSoftmaxCrossEntropyBackward.
#include "reduction.cuh"
#include "softmax.cuh"

extern "C" __global__ void __launch_bounds__(BLOCK)
cross_entropy_partial(double* partial, const float* logits, const unsigned char* target, const double* class_weights,
                      long long classes, long long voxels, long long chunks, long long ignore_label) {
    Chunk chunk = block_chunk(voxels, chunks);
    double sums[2] = {};  // numerator and weights
    const unsigned char* labels = target + chunk.row * voxels + chunk.begin;
    auto visit = [&](int i, const float* voxel_logits, float*, long long stride) {
        int label = labels[i];
        if (label == (int) ignore_label) {
            return;
        }
        if (label >= (int) classes) {
            sums[0] = sums[1] = __builtin_nan("");
            return;
        }
        Softmax voxel = softmax(voxel_logits, (int) classes, stride);
        double weight = class_weights ? class_weights[label] : 1;
        sums[0] += weight * voxel.negative_logarithm(label);
        sums[1] += weight;
    };
    for_each_voxel(nullptr, logits, chunk, chunk.row, (int) classes, voxels, visit);
    block_sums(sums);
    if (threadIdx.x == 0) {
        partial[blockIdx.x] = sums[0];
        partial[gridDim.x + blockIdx.x] = sums[1];
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
cross_entropy_finish(float* loss, double* sums, const double* partial, long long partials) {
    finish_sums(sums, partial, 2, partials);
    if (threadIdx.x == 0) {
        *loss = sums[1] == 0 ? 0.0f : (float) (sums[0] / sums[1]);
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
cross_entropy_backward(float* dlogits, const float* logits, const unsigned char* target, const double* class_weights,
                       const double* sums, long long classes, long long voxels, long long chunks,
                       long long ignore_label) {
    Chunk chunk = block_chunk(voxels, chunks);
    double weights = sums[1];
    float inverse = weights == 0 ? 0.0f : (float) (1 / weights);
    const unsigned char* labels = target + chunk.row * voxels + chunk.begin;
    auto visit = [&](int i, const float* voxel_logits, float* gradient, long long stride) {
        int label = labels[i];
        if (label == (int) ignore_label || weights == 0) {
            for (int c = 0; c < (int) classes; c++) {
                gradient[c * stride] = 0;
            }
            return;
        }
        Softmax voxel = softmax(voxel_logits, (int) classes, stride);
        float factor = class_weights && label < (int) classes ? (float) class_weights[label] * inverse : inverse;
        for (int c = 0; c < (int) classes; c++) {
            // p - 1 of the largest probability is minus the others' sum, which keeps its digits.
            float difference = c != label ? voxel.probability(c)
                    : c == voxel.best ? -voxel.rest / (1.0f + voxel.rest) : voxel.probability(c) - 1.0f;
            gradient[c * stride] = factor * difference;
        }
    };
    for_each_voxel(dlogits, logits, chunk, chunk.row, (int) classes, voxels, visit);
}
