// Counts from which Jaccard and dice of the foreground (every class but 0) follow, by the largest logit, the lowest
// class on ties: voxels of the foreground in both, in the prediction, in the target; voxels counted; sum of the largest
// probability. Voxels with ignore_label (-1: none) are left out of all. Op: lobule.op.SegmentationScore.
//
// A label that is neither a class nor ignored makes all entries NaN.
//
// Layout: logits (N, C, V) float32; target (N, V) bytes; score (5) double, exact counts to 2^53.
// Grid: score_partial N * chunks; score_finish one block. `partials` is N * chunks.
// Workspace: partial (5, N * chunks) double. Launched by lobule.device.cuda.loss.CudaSegmentationScore.
#include "reduction.cuh"
#include "softmax.cuh"

#define ENTRIES 5

extern "C" __global__ void __launch_bounds__(BLOCK, RESIDENT_BLOCKS)
score_partial(double* partial, const float* logits, const unsigned char* target, long long classes, long long voxels,
              long long chunks, long long ignore_label) {
    Chunk chunk = block_chunk(voxels, chunks);
    double entries[ENTRIES] = {};
    const unsigned char* labels = target + chunk.row * voxels + chunk.begin;
    auto visit = [&](int i, const float* voxel_logits, float*, long long stride) {
        int label = labels[i];
        if (label == (int) ignore_label) {
            return;
        }
        Softmax voxel = softmax(voxel_logits, (int) classes, stride);
        double one = label < (int) classes ? 1 : __builtin_nan("");
        bool predicted = voxel.best > 0;
        entries[0] += predicted && label > 0 ? one : 0;
        entries[1] += predicted ? one : 0;
        entries[2] += label > 0 ? one : 0;
        entries[3] += one;
        entries[4] += voxel.probability(voxel.best) * one;
    };
    for_each_voxel(nullptr, logits, chunk, chunk.row, (int) classes, voxels, visit);
    block_sums(entries);
    if (threadIdx.x == 0) {
#pragma unroll
        for (int entry = 0; entry < ENTRIES; entry++) {
            partial[entry * (long long) gridDim.x + blockIdx.x] = entries[entry];
        }
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
score_finish(double* score, const double* partial, long long partials) {
    finish_sums(score, partial, ENTRIES, partials);
}
