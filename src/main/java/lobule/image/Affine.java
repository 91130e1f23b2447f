package lobule.image;

/**
 * The map from voxel indices to RAS millimetres, by columns: the centre of voxel (i, j, k) lies at
 * {@code origin + i * xStep + j * yStep + k * zStep}.
 */
public record Affine(Vector xStep, Vector yStep, Vector zStep, Vector origin) {

    /** Axis-aligned voxels of this spacing (mm), the first voxel's centre at the world's origin. */
    public static Affine ofSpacing(double x, double y, double z) {
        return new Affine(new Vector(x, 0, 0), new Vector(0, y, 0), new Vector(0, 0, z), new Vector(0, 0, 0));
    }

    /** The step (mm) to the next voxel along voxel axis 0 (x), 1 (y) or 2 (z). */
    public Vector step(int axis) {
        return switch (axis) {
            case 0 -> xStep;
            case 1 -> yStep;
            case 2 -> zStep;
            default -> throw new IndexOutOfBoundsException(axis);
        };
    }

    /** Where voxel (i, j, k) lies; fractions lie between voxel centres. */
    public Vector apply(double i, double j, double k) {
        return origin.plus(xStep.times(i)).plus(yStep.times(j)).plus(zStep.times(k));
    }

    /** Signed volume of one voxel in mm^3; negative where the axes form a left-handed system. */
    public double determinant() {
        return xStep.dot(yStep.cross(zStep));
    }

    /** True where all entries are finite and the three steps span space. */
    public boolean isInvertible() {
        if (!xStep.isFinite() || !yStep.isFinite() || !zStep.isFinite() || !origin.isFinite()) {
            return false;
        }
        double box = xStep.length() * yStep.length() * zStep.length();
        return box > 0 && Double.isFinite(box) && Math.abs(determinant()) > 1e-6 * box;
    }

    /** By rows, as in messages. */
    @Override
    public String toString() {
        return "[" + row(0) + ", " + row(1) + ", " + row(2) + "]";
    }

    private String row(int axis) {
        return Figure.of(xStep.component(axis)) + " " + Figure.of(yStep.component(axis)) + " "
                + Figure.of(zStep.component(axis)) + " " + Figure.of(origin.component(axis));
    }
}
