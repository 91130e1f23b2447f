package lobule.evaluation;

import java.lang.foreign.ValueLayout;
import lobule.image.Mask;

/**
 * Voxels of the foreground, its classes not told apart; voxels whose true label is {@link Mask#IGNORE} count nowhere.
 *
 * @param both      in truth and prediction
 * @param predicted in the prediction
 * @param truth     in the truth
 */
public record Overlap(long both, long predicted, long truth) {

    /** Of two masks, voxel for voxel on one grid. */
    public static Overlap of(Mask truth, Mask prediction) {
        long voxels = truth.labels().byteSize();
        if (prediction.labels().byteSize() != voxels) {
            throw new IllegalArgumentException("the truth has " + voxels + " voxels, the prediction "
                    + prediction.labels().byteSize() + ", expected one grid");
        }
        long both = 0;
        long predicted = 0;
        long known = 0;
        for (long i = 0; i < voxels; i++) {
            byte label = truth.labels().get(ValueLayout.JAVA_BYTE, i);
            if (label == (byte) Mask.IGNORE) {
                continue;
            }
            boolean isTrue = Mask.isForeground(label);
            boolean isPredicted = Mask.isForeground(prediction.labels().get(ValueLayout.JAVA_BYTE, i));
            both += isTrue && isPredicted ? 1 : 0;
            predicted += isPredicted ? 1 : 0;
            known += isTrue ? 1 : 0;
        }
        return new Overlap(both, predicted, known);
    }

    /** Whether neither has any foreground: then there is nothing to score. */
    public boolean isEmpty() {
        return predicted == 0 && truth == 0;
    }

    /** Intersection over union; 1 where neither has any foreground. */
    public double jaccard() {
        return share(both, predicted + truth - both);
    }

    /** Twice the intersection over the sum; 1 where neither has any foreground. */
    public double dice() {
        return share(2 * both, predicted + truth);
    }

    private static double share(long part, long whole) {
        return whole == 0 ? 1 : (double) part / whole;
    }
}
