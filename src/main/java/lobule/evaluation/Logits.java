package lobule.evaluation;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The output of a network for one sample, before the softmax.
 *
 * @param values (classes, voxels) native-order floats
 */
public record Logits(MemorySegment values, int classes, long voxels) {

    public Logits {
        long bytes = Math.multiplyExact(Math.multiplyExact(voxels, (long) classes), (long) Float.BYTES);
        if (values.byteSize() != bytes) {
            throw new IllegalArgumentException("logits of " + classes + " classes and " + voxels + " voxels take "
                    + bytes + " bytes but got " + values.byteSize());
        }
    }

    public float at(int label, long voxel) {
        return values.getAtIndex(ValueLayout.JAVA_FLOAT, label * voxels + voxel);
    }

    /** The class with the largest logit, the lowest on ties. */
    public int label(long voxel) {
        int best = 0;
        for (int label = 1; label < classes; label++) {
            best = at(label, voxel) > at(best, voxel) ? label : best;
        }
        return best;
    }

    /** The softmax probability of all classes but 0 together. */
    public float foregroundProbability(long voxel) {
        double largest = at(label(voxel), voxel);
        double foreground = 0;
        for (int label = 1; label < classes; label++) {
            foreground += Math.exp(at(label, voxel) - largest);
        }
        return (float) (foreground / (foreground + Math.exp(at(0, voxel) - largest)));
    }

    /** Whether no logit is NaN or infinite. */
    public boolean isFinite() {
        double sum = 0; // an infinity or a NaN stays in it, and finite floats cannot make one
        for (long i = 0; i < classes * voxels; i++) {
            sum += values.getAtIndex(ValueLayout.JAVA_FLOAT, i);
        }
        return Double.isFinite(sum);
    }
}
