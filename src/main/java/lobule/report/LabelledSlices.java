package lobule.report;

/**
 * What an overlay shows: the output voxels of a patch in (depth, height, width) = (z, y, x), canonical orientation.
 *
 * @param intensities as the network saw them or in HU; see {@link Overlay} for what is black and white
 * @param truth       labels, 255 where they are unknown
 * @param prediction  labels
 */
public record LabelledSlices(int depth, int height, int width, float[] intensities, byte[] truth, byte[] prediction) {

    public LabelledSlices {
        long voxels = (long) depth * height * width;
        if (depth < 1 || height < 1 || width < 1 || intensities.length != voxels || truth.length != voxels
                || prediction.length != voxels) {
            throw new IllegalArgumentException("Slices of " + depth + "x" + height + "x" + width + " need " + voxels
                    + " intensities, true and predicted labels each but got " + intensities.length + ", "
                    + truth.length + " and " + prediction.length + ".");
        }
    }

    int index(int z, int y, int x) {
        return (z * height + y) * width + x;
    }
}
