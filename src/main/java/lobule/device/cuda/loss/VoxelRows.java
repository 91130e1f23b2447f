package lobule.device.cuda.loss;

import lobule.device.cuda.kernel.Kernels;
import lobule.tensor.Shape;

/** The labelled voxels of logits (N, C, V) as one row a sample, each cut into chunks of one block. */
record VoxelRows(long batch, long classes, long voxels, long chunks) {

    static VoxelRows of(Shape logits) {
        return new VoxelRows(logits.batch(), logits.channels(), logits.voxels(), Kernels.chunks(logits.voxels()));
    }

    /** Partial sums of each kind: one a block that goes over the voxels. */
    long partials() {
        return batch * chunks;
    }
}
