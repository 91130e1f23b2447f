package lobule.image;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** Grids of every kind for tests. */
final class Geometry {
    private Geometry() {}

    /** One of the 48 ways to lay three axes along the world's, 0 to 47, with three different spacings. */
    static Affine axisAligned(int way) {
        int[][] permutations = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
        Vector[] step = new Vector[3];
        for (int axis = 0; axis < 3; axis++) {
            double length = (way >> axis & 1) == 0 ? axis + 1 : -axis - 1;
            int world = permutations[way / 8][axis];
            step[axis] = new Vector(world == 0 ? length : 0, world == 1 ? length : 0, world == 2 ? length : 0);
        }
        return new Affine(step[0], step[1], step[2], new Vector(-40.5, 12.25, 700));
    }

    /** Any rotation, either handedness, spacings from 0.5 to 3 mm. */
    static Affine oblique(int seed) {
        Random random = new Random(seed);
        Vector x = unit(new Vector(random.nextGaussian(), random.nextGaussian(), random.nextGaussian()));
        Vector other = new Vector(random.nextGaussian(), random.nextGaussian(), random.nextGaussian());
        Vector z = unit(x.cross(other));
        Vector y = z.cross(x).times(random.nextBoolean() ? 1 : -1);
        return new Affine(x.times(0.5 + 2.5 * random.nextDouble()), y.times(0.5 + 2.5 * random.nextDouble()),
                z.times(0.5 + 2.5 * random.nextDouble()),
                new Vector(300 * random.nextGaussian(), 300 * random.nextGaussian(), 300 * random.nextGaussian()));
    }

    /** Every voxel its own index, so that none can be taken for another. */
    static Volume counting(Grid grid) {
        Volume volume = Volume.allocate("counting", grid, Arena.ofAuto());
        for (long i = 0; i < grid.voxels(); i++) {
            volume.voxels().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) i);
        }
        return volume;
    }

    private static Vector unit(Vector v) {
        return v.times(1 / v.length());
    }
}
