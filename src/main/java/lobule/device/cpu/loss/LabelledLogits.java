package lobule.device.cpu.loss;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.device.HostBuffer;
import lobule.device.Tensor;

/** Logits in NDHWC beside their labels. */
final class LabelledLogits {
    private static final int IGNORED = -1;

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

    /** The label of a voxel, or -1 where it is ignored. */
    int label(long voxel) {
        int label = Byte.toUnsignedInt(target.get(ValueLayout.JAVA_BYTE, voxel));
        if (label == ignoreLabel) {
            return IGNORED;
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
}
