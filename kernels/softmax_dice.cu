// Softmax and dice loss: 1 - mean over classes c >= first_class of D_c = (2 I + e) / (S + e), I = sum p y,
// S = sum p + sum y, or squared: sum p^2 + sum y^2; sums over all voxels whose label is not ignore_label (-1: none).
// Backward, K classes in the mean: g_c = -dD/dp / K = (D - 2 y) / (S + e) / K, squared: (2 p D - 2 y) / (S + e) / K;
// dz_c = p_c (g_c - sum_m g_m p_m), 0 at ignored voxels. Ops: lobule.op.SoftmaxDice, SoftmaxDiceBackward.
//
// A label that is neither a class nor ignored makes its class sums NaN, and with them loss and gradient.
//
// Layout: logits, dlogits (N, C, V) float32, C <= 256; target (N, V) bytes; loss (1) float32; sums (C, 2) double, I and
// S.
// Grid: dice_partial ceil(C/4) * N * chunks, each block the sums of four classes; dice_finish one block; dice_backward
// N * chunks. `partials` is N * chunks.
// Workspace: partial (C, 2, N * chunks) double.
// Launched by lobule.device.cuda.loss.CudaSoftmaxDice (partial, finish), CudaSoftmaxDiceBackward.
#include "reduction.cuh"
#include "softmax.cuh"

#define CLASSES_A_BLOCK 4

extern "C" __global__ void __launch_bounds__(BLOCK, RESIDENT_BLOCKS)
dice_partial(double* partial, const float* logits, const unsigned char* target, long long batch, long long classes,
             long long voxels, long long chunks, long long squared, long long ignore_label) {
    Chunk chunk = block_chunk(voxels, chunks);
    long long n = chunk.row % batch;
    int first = (int) (chunk.row / batch) * CLASSES_A_BLOCK;
    double intersections[CLASSES_A_BLOCK] = {};
    double sizes[CLASSES_A_BLOCK] = {};
    const unsigned char* labels = target + n * voxels + chunk.begin;
    auto visit = [&](int i, const float* voxel_logits, float*, long long stride) {
        int label = labels[i];
        if (label == (int) ignore_label) {
            return;
        }
        Softmax voxel = softmax(voxel_logits, (int) classes, stride);
        float invalid = label < (int) classes ? 0.0f : __builtin_nanf("");
#pragma unroll
        for (int j = 0; j < CLASSES_A_BLOCK; j++) {
            if (first + j < (int) classes) {
                float probability = voxel.probability(first + j) + invalid;
                float y = first + j == label ? 1.0f : 0.0f;
                double p = probability;
                intersections[j] += probability * y;
                sizes[j] += squared ? p * p + y : p + y;
            }
        }
    };
    for_each_voxel(nullptr, logits, chunk, n, (int) classes, voxels, visit);
    block_sums(intersections);
    block_sums(sizes);
    long long partials = batch * chunks;
    double* place = partial + first * 2 * partials + blockIdx.x % partials;
#pragma unroll
    for (int j = 0; j < CLASSES_A_BLOCK; j++) {
        if (threadIdx.x == 0 && first + j < (int) classes) {
            place[2 * j * partials] = intersections[j];
            place[(2 * j + 1) * partials] = sizes[j];
        }
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
dice_finish(float* loss, double* sums, const double* partial, long long classes, long long partials,
            long long first_class, double epsilon) {
    finish_sums(sums, partial, 2 * classes, partials);
    if (threadIdx.x == 0) {
        double dice = 0;
        for (long long c = first_class; c < classes; c++) {
            dice += (2 * sums[2 * c] + epsilon) / (sums[2 * c + 1] + epsilon);
        }
        *loss = (float) (1 - dice / (double) (classes - first_class));
    }
}

// g_c = along * (squared ? 2 p : 1) - (c is the label ? at_label : 0).
struct Slope {
    float along;     // D / (S + e) / K
    float at_label;  // 2 / (S + e) / K

    __device__ float at(float p, bool labelled, bool squared) const {
        return (squared ? 2 * p * along : along) - (labelled ? at_label : 0.0f);
    }
};

extern "C" __global__ void __launch_bounds__(BLOCK)
dice_backward(float* dlogits, const float* logits, const unsigned char* target, const double* sums, long long classes,
              long long voxels, long long chunks, long long first_class, long long squared, double epsilon,
              long long ignore_label) {
    __shared__ Slope slopes[MAX_CLASSES];
    for (long long c = threadIdx.x; c < classes; c += BLOCK) {
        double below = (sums[2 * c + 1] + epsilon) * (double) (classes - first_class);
        double dice = (2 * sums[2 * c] + epsilon) / (sums[2 * c + 1] + epsilon);
        slopes[c] = c < first_class ? Slope{0, 0} : Slope{(float) (dice / below), (float) (2 / below)};
    }
    __syncthreads();
    Chunk chunk = block_chunk(voxels, chunks);
    const unsigned char* labels = target + chunk.row * voxels + chunk.begin;
    auto visit = [&](int i, const float* voxel_logits, float* gradient, long long stride) {
        int label = labels[i];
        if (label == (int) ignore_label) {
            for (int c = 0; c < (int) classes; c++) {
                gradient[c * stride] = 0;
            }
            return;
        }
        Softmax voxel = softmax(voxel_logits, (int) classes, stride);
        // Relative to the slope at the largest probability, so that nothing cancels where that is almost 1.
        float reference = slopes[voxel.best].at(voxel.probability(voxel.best), voxel.best == label, squared);
        float mean = 0;
        for (int c = 0; c < (int) classes; c++) {
            float p = voxel.probability(c);
            mean = fused_multiply_add(slopes[c].at(p, c == label, squared) - reference, p, mean);
        }
        for (int c = 0; c < (int) classes; c++) {
            float p = voxel.probability(c);
            gradient[c * stride] = p * (slopes[c].at(p, c == label, squared) - reference - mean);
        }
    };
    for_each_voxel(dlogits, logits, chunk, chunk.row, (int) classes, voxels, visit);
}
