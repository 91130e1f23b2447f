package lobule.image;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a volume's values are spread, to tell Hounsfield units from other scales. In these air is near -1000, fat near
 * -100, soft tissue from 0 to 150, and little is above 500; what lies outside the scanner's circle has one value below.
 */
public final class Intensities {
    /** Voxels looked at, evenly over the volume: a prime, so that no row or column is preferred. */
    private static final int MOST_SAMPLES = 1_000_003;

    private final float[] sorted;

    private Intensities(float[] sorted) {
        this.sorted = sorted;
    }

    /** @param volume of finite values */
    public static Intensities of(Volume volume) {
        long voxels = volume.grid().voxels();
        float[] values = new float[(int) Math.min(voxels, MOST_SAMPLES)];
        double stride = voxels / (double) values.length;
        for (int i = 0; i < values.length; i++) {
            values[i] = volume.voxels().getAtIndex(ValueLayout.JAVA_FLOAT, (long) (i * stride));
        }
        Arrays.sort(values);
        return new Intensities(values);
    }

    /**
     * Why these can hardly be Hounsfield units of a body in this window, with figures; empty where they may be. No
     * single sign is there in every CT: one cut out of a body has no air, and a large one is mostly air.
     */
    public Optional<String> doubt(IntensityWindow window) {
        return reason(window).map(reason -> "its values do not look like Hounsfield units in the window ["
                + Figure.of(window.lower()) + ", " + Figure.of(window.upper()) + "]: " + reason + " (smallest "
                + Figure.of(sorted[0]) + ", median " + Figure.of(quantile(0.5)) + ", largest "
                + Figure.of(sorted[sorted.length - 1]) + "); bring them to HU, or choose the window for them");
    }

    private Optional<String> reason(IntensityWindow window) {
        double spread = quantile(0.999) - quantile(0.001);
        if (spread < 0.5 * (window.upper() - window.lower())) {
            return says("nearly all lie within %s of each other", spread);
        }
        double inside = between(window.lower(), window.upper());
        if (inside < 0.01) {
            return says("only %s % of the voxels lie in it", 100 * inside);
        }
        double fatAndAir = below(-50);
        if (fatAndAir < 0.005) {
            return says("only %s % of the voxels lie below -50, where fat and air are", 100 * fatAndAir);
        }
        double tooLow = below(-1150) - padding();
        if (tooLow > 0.05) {
            return says("%s % of the voxels lie below -1150, where nothing is, air being near -1000", 100 * tooLow);
        }
        double dense = (1 - below(500)) / Math.max(1 - below(-500), 1.0 / sorted.length);
        if (dense > 0.3) {
            return says("%s % of what is no air lies above 500, where only dense bone is", 100 * dense);
        }
        double thin = between(-800, -200);
        if (below(-800) < 0.001 && thin > 0.1) {
            return says("%s % of the voxels lie from -800 to -200 but none near -1000, where air is", 100 * thin);
        }
        return Optional.empty();
    }

    private static Optional<String> says(String format, double figure) {
        return Optional.of(format.replace("%s", Figure.of(figure)));
    }

    /** Share of voxels with the one smallest value. */
    private double padding() {
        return below(Math.nextUp(sorted[0]));
    }

    private double between(float from, float to) {
        return below(to) - below(from);
    }

    /** Share of voxels below a value. */
    private double below(float value) {
        int from = 0;
        int to = sorted.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (sorted[middle] < value) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return (double) from / sorted.length;
    }

    private float quantile(double share) {
        return sorted[(int) (share * (sorted.length - 1))];
    }
}
