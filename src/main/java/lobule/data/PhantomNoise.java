package lobule.data;

import lobule.image.Grid;
import lobule.image.Volume;
import java.util.stream.LongStream;
import org.apache.commons.math3.random.Well19937c;

/** Gaussian noise, smoothed a little in the plane as a scanner's reconstruction does. */
final class PhantomNoise {
    /** Standard deviation that (1, 2, 1) / 4 along x and y leaves of white noise: 6 / 16. */
    private static final double LEFT_BY_SMOOTHING = 0.375;

    private PhantomNoise() {}

    static void add(Volume image, double standardDeviation, long seed) {
        LongStream.range(0, image.grid().sizeZ()).parallel()
                .forEach(z -> addToSlice(image, z, standardDeviation / LEFT_BY_SMOOTHING, seed));
    }

    /** Each slice has a generator of its own, so that the order in which threads take them does not matter. */
    private static void addToSlice(Volume image, long z, double whiteDeviation, long seed) {
        Grid grid = image.grid();
        int width = Math.toIntExact(grid.sizeX());
        int height = Math.toIntExact(grid.sizeY());
        Well19937c random = new Well19937c(new int[] {(int) (seed >>> 32), (int) seed, (int) z, 0x0c7});
        float[] noise = new float[Math.multiplyExact(width, height)];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (float) (whiteDeviation * random.nextGaussian());
        }
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                float smooth = (rowAt(noise, width, x, Math.max(0, y - 1)) + 2 * rowAt(noise, width, x, y)
                        + rowAt(noise, width, x, Math.min(height - 1, y + 1))) / 4;
                image.set(x, y, z, image.at(x, y, z) + smooth);
            }
        }
    }

    private static float rowAt(float[] noise, int width, int x, int y) {
        int row = y * width;
        return (noise[row + Math.max(0, x - 1)] + 2 * noise[row + x] + noise[row + Math.min(width - 1, x + 1)]) / 4;
    }
}
