package lobule.image;

import java.util.Locale;
import java.util.Optional;

/**
 * The sampling grid of a volume: its size in voxels and the place of every voxel in RAS millimetres.
 *
 * @param forms how the NIfTI file that it was read from says the same; empty for a grid from elsewhere
 */
public record Grid(long sizeX, long sizeY, long sizeZ, Affine affine, Optional<NiftiForms> forms) {

    public Grid {
        if (sizeX < 1 || sizeY < 1 || sizeZ < 1) {
            throw new IllegalArgumentException(
                    "A grid needs at least one voxel on each axis but got " + sizeX + "x" + sizeY + "x" + sizeZ + ".");
        }
        Math.multiplyExact(Math.multiplyExact(sizeX, sizeY), sizeZ);
    }

    public Grid(long sizeX, long sizeY, long sizeZ, Affine affine) {
        this(sizeX, sizeY, sizeZ, affine, Optional.empty());
    }

    /** The number of voxels along voxel axis 0 (x), 1 (y) or 2 (z). */
    public long size(int axis) {
        return switch (axis) {
            case 0 -> sizeX;
            case 1 -> sizeY;
            case 2 -> sizeZ;
            default -> throw new IndexOutOfBoundsException(axis);
        };
    }

    public long voxels() {
        return sizeX * sizeY * sizeZ;
    }

    /** The distance (mm) between voxel centres along voxel axis 0 (x), 1 (y) or 2 (z). */
    public double spacing(int axis) {
        return affine.step(axis).length();
    }

    /** The linear index of a voxel: x fastest, z slowest. */
    public long index(long x, long y, long z) {
        return x + sizeX * (y + sizeY * z);
    }

    /** True where both grids have the same size and no voxel centre lies further apart than the tolerance (mm). */
    public boolean sameAs(Grid other, double tolerance) {
        return difference(other, tolerance).isEmpty();
    }

    /**
     * What sets the other grid apart from this one, as the end of a sentence; empty where they agree. An affine map
     * that agrees at the eight corners within the tolerance (mm) agrees at every voxel in between.
     */
    public Optional<String> difference(Grid other, double tolerance) {
        if (sizeX != other.sizeX || sizeY != other.sizeY || sizeZ != other.sizeZ) {
            return Optional.of("the size is " + sizeText() + " in the first and " + other.sizeText()
                    + " in the second");
        }
        for (int axis = 0; axis < 3; axis++) {
            if (farApart(spacing(axis) * size(axis), other.spacing(axis) * size(axis), tolerance)) {
                return Optional.of("the spacing is " + spacingText() + " mm in the first and " + other.spacingText()
                        + " mm in the second");
            }
        }
        double apart = largestDistance(other);
        if (farApart(apart, 0, tolerance)) {
            return Optional.of(String.format(Locale.ROOT,
                    "their voxels lie up to %.3g mm apart (first voxel at %s in the first and at %s in the second)",
                    apart, affine.origin(), other.affine.origin()));
        }
        return Optional.empty();
    }

    /** Size for messages, as in 512x512x129 (x, y, z). */
    public String sizeText() {
        return sizeX + "x" + sizeY + "x" + sizeZ;
    }

    /** Spacing in mm for messages, as in 0.57x0.57x1.6 (x, y, z). */
    public String spacingText() {
        return String.format(Locale.ROOT, "%.5gx%.5gx%.5g", spacing(0), spacing(1), spacing(2));
    }

    /** How far apart (mm) the same voxel of two grids of one size lies at most, which it does at a corner. */
    double largestDistance(Grid other) {
        double largest = 0;
        for (int corner = 0; corner < 8; corner++) {
            double x = (corner & 1) * (double) (sizeX - 1);
            double y = (corner >> 1 & 1) * (double) (sizeY - 1);
            double z = (corner >> 2) * (double) (sizeZ - 1);
            Vector apart = affine.apply(x, y, z).plus(other.affine.apply(x, y, z).times(-1));
            largest = Math.max(largest, apart.length());
        }
        return largest;
    }

    private static boolean farApart(double a, double b, double tolerance) {
        return !(Math.abs(a - b) <= tolerance); // a NaN is far from everything
    }

    @Override
    public String toString() {
        return sizeText() + " voxels of " + spacingText() + " mm at " + affine;
    }
}
