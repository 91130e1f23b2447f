package lobule.device.reference;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Tensor;

/**
 * Logits (N, C, D, H, W) with their target (N, D, H, W), walked voxel by voxel. Labels are validated before training;
 * one that is neither a class nor ignored is refused all the same.
 */
record Segmentation(HostTensor logits, MemorySegment target, int ignoreLabel) {

    static Segmentation of(Tensor logits, Tensor target, int ignoreLabel) {
        return new Segmentation(HostTensor.of(logits), HostBuffer.segment(target), ignoreLabel);
    }

    int classes() {
        return logits.extents().channels();
    }

    /** Slices over (N, D): the units of parallel work, each with sums of its own. */
    long slices() {
        return logits.extents().n() * logits.extents().d();
    }

    /** Visits the voxels of one slice in order. */
    void forEach(long slice, Visitor visitor) {
        Extents extents = logits.extents();
        Softmax softmax = new Softmax(classes());
        for (long h = 0; h < extents.h(); h++) {
            for (long w = 0; w < extents.w(); w++) {
                Voxel at = new Voxel(slice / extents.d(), slice % extents.d(), h, w);
                int label = label(at);
                softmax.compute(c -> logit(at, c));
                visitor.visit(at, label, softmax);
            }
        }
    }

    boolean ignored(int label) {
        return label == ignoreLabel;
    }

    float logit(Voxel at, long c) {
        return logits.get(at.n(), c, at.d(), at.h(), at.w());
    }

    private int label(Voxel at) {
        int label = Byte.toUnsignedInt(target.get(JAVA_BYTE, logits.extents().voxel(at.n(), at.d(), at.h(), at.w())));
        if (label >= classes() && !ignored(label)) {
            throw new IllegalStateException("target has label " + label + " at voxel " + at
                    + "; expected a class below " + classes() + " or the ignore label " + ignoreLabel);
        }
        return label;
    }

    /** Takes one voxel with its label and the softmax of its logits. */
    @FunctionalInterface
    interface Visitor {
        void visit(Voxel at, int label, Softmax softmax);
    }

    /** Where a voxel is. */
    record Voxel(long n, long d, long h, long w) {
        @Override
        public String toString() {
            return "(" + n + ", " + d + ", " + h + ", " + w + ")";
        }
    }
}
