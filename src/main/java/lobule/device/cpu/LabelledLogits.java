package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.device.HostBuffer;
import lobule.device.Tensor;

/** Logits in NDHWC beside their labels: voxel by voxel, the softmax and what the target says. */
final class LabelledLogits {
    private final MemorySegment logits;
    private final MemorySegment target;
    private final int classes;
    private final int ignoreLabel;

    LabelledLogits(Tensor logits, Tensor target, int ignoreLabel) {
        this.logits = HostBuffer.segment(logits);
        this.target = HostBuffer.segment(target);
        this.classes = Math.toIntExact(logits.spec().shape().channels());
        this.ignoreLabel = ignoreLabel;
    }

    int classes() {
        return classes;
    }

    long voxels() {
        return target.byteSize();
    }

    /** The label of a voxel, or -1 where it is ignored. */
    int label(long voxel) {
        int label = Byte.toUnsignedInt(target.get(ValueLayout.JAVA_BYTE, voxel));
        if (label == ignoreLabel) {
            return -1;
        }
        if (label >= classes) {
            throw new IllegalStateException("target has label " + label + " at voxel " + voxel
                    + ", expected a class below " + classes + " or the ignore label " + ignoreLabel);
        }
        return label;
    }

    float logit(long voxel, int c) {
        return logits.getAtIndex(ValueLayout.JAVA_FLOAT, voxel * classes + c);
    }

    /** log sum exp of a voxel's logits, without overflow. */
    double logSum(long voxel) {
        double largest = logit(voxel, predicted(voxel));
        double sum = 0;
        for (int c = 0; c < classes; c++) {
            sum += Math.exp(logit(voxel, c) - largest);
        }
        return largest + Math.log(sum);
    }

    /** Softmax probability of class c. */
    double probability(long voxel, int c, double logSum) {
        return Math.exp(logit(voxel, c) - logSum);
    }

    /** The class of the largest logit, the lowest on ties. */
    int predicted(long voxel) {
        int best = 0;
        for (int c = 1; c < classes; c++) {
            if (logit(voxel, c) > logit(voxel, best)) {
                best = c;
            }
        }
        return best;
    }
}
