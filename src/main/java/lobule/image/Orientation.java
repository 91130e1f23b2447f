package lobule.image;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * How a grid's axes lie in the patient, and the permutation and flips that bring its volumes into canonical order:
 * x nearest to right, y nearest to anterior, z nearest to superior (RAS+). Nothing is resampled, so an oblique grid
 * stays oblique, and the way back restores every voxel and the very affine the file had.
 */
public final class Orientation {
    private static final int[][] PERMUTATIONS = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    private static final String POSITIVE = "RAS";
    private static final String NEGATIVE = "LPI";

    private final Grid original;
    private final Grid canonical;
    private final int[] source; // canonical axis -> original axis
    private final boolean[] flipped; // canonical axis -> whether it runs against its original axis

    private Orientation(Grid original, int[] source, boolean[] flipped) {
        this.original = original;
        this.source = source;
        this.flipped = flipped;
        this.canonical = isCanonical() ? original : reorder(original, source, flipped);
    }

    /** The assignment of voxel axes to world axes with the largest sum of direction cosines. */
    public static Orientation of(Grid grid) {
        int[] best = null;
        double bestAgreement = -1;
        for (int[] candidate : PERMUTATIONS) {
            double agreement = 0;
            for (int axis = 0; axis < 3; axis++) {
                agreement += Math.abs(cosine(grid, candidate[axis], axis));
            }
            if (agreement > bestAgreement + 1e-9) { // of equally good ones the first: exact ties must not wander
                bestAgreement = agreement;
                best = candidate;
            }
        }
        boolean[] flipped = new boolean[3];
        for (int axis = 0; axis < 3; axis++) {
            flipped[axis] = cosine(grid, best[axis], axis) < 0;
        }
        return new Orientation(grid, best, flipped);
    }

    /** The grid as the file has it. */
    public Grid original() {
        return original;
    }

    /** The same voxels in canonical order. */
    public Grid canonical() {
        return canonical;
    }

    /** Where the original x, y and z axes point, as in LPS. */
    public String code() {
        char[] code = new char[3];
        for (int axis = 0; axis < 3; axis++) {
            code[source[axis]] = (flipped[axis] ? NEGATIVE : POSITIVE).charAt(axis);
        }
        return new String(code);
    }

    public boolean isCanonical() {
        return code().equals(POSITIVE);
    }

    /** The volume, which lies on the original grid, in canonical order; itself where nothing changes. */
    public Volume toCanonical(Volume volume, Arena arena) {
        requireGrid(volume.name(), volume.grid(), original);
        return isCanonical() ? volume
                : new Volume(volume.name(), canonical, toCanonical(volume.name(), volume.voxels(), Float.BYTES, arena),
                        volume.notes());
    }

    /** The mask, which lies on the original grid, in canonical order; itself where nothing changes. */
    public Mask toCanonical(Mask mask, Arena arena) {
        requireGrid(mask.name(), mask.grid(), original);
        return isCanonical() ? mask
                : new Mask(mask.name(), canonical, toCanonical(mask.name(), mask.labels(), Byte.BYTES, arena),
                        mask.notes());
    }

    /** The volume, which lies on the canonical grid, on the original one. */
    public Volume toOriginal(Volume volume, Arena arena) {
        requireGrid(volume.name(), volume.grid(), canonical);
        return isCanonical() ? volume
                : new Volume(volume.name(), original, toOriginal(volume.name(), volume.voxels(), Float.BYTES, arena),
                        volume.notes());
    }

    /** The mask, which lies on the canonical grid, on the original one. */
    public Mask toOriginal(Mask mask, Arena arena) {
        requireGrid(mask.name(), mask.grid(), canonical);
        return isCanonical() ? mask
                : new Mask(mask.name(), original, toOriginal(mask.name(), mask.labels(), Byte.BYTES, arena),
                        mask.notes());
    }

    private MemorySegment toCanonical(String name, MemorySegment voxels, int voxelBytes, Arena arena) {
        MemorySegment reordered = VoxelMemory.allocate(name, canonical, voxelBytes, arena);
        reorder(voxels, reordered, voxelBytes, true);
        return reordered;
    }

    private MemorySegment toOriginal(String name, MemorySegment voxels, int voxelBytes, Arena arena) {
        MemorySegment restored = VoxelMemory.allocate(name, original, voxelBytes, arena);
        reorder(voxels, restored, voxelBytes, false);
        return restored;
    }

    /** Walks the canonical grid in order; the matching voxel of the original grid moves by a fixed stride. */
    private void reorder(MemorySegment from, MemorySegment to, int voxelBytes, boolean intoCanonical) {
        long[] stride = new long[3];
        long first = 0;
        for (int axis = 0; axis < 3; axis++) {
            long along = switch (source[axis]) {
                case 0 -> 1;
                case 1 -> original.sizeX();
                default -> original.sizeX() * original.sizeY();
            };
            stride[axis] = flipped[axis] ? -along : along;
            first += flipped[axis] ? along * (canonical.size(axis) - 1) : 0;
        }
        long canonicalIndex = 0;
        for (long z = 0; z < canonical.sizeZ(); z++) {
            for (long y = 0; y < canonical.sizeY(); y++) {
                long originalIndex = first + z * stride[2] + y * stride[1];
                for (long x = 0; x < canonical.sizeX(); x++, canonicalIndex++, originalIndex += stride[0]) {
                    long read = intoCanonical ? originalIndex : canonicalIndex;
                    long write = intoCanonical ? canonicalIndex : originalIndex;
                    MemorySegment.copy(from, read * voxelBytes, to, write * voxelBytes, voxelBytes);
                }
            }
        }
    }

    private static Grid reorder(Grid grid, int[] source, boolean[] flipped) {
        Vector[] step = new Vector[3];
        Vector origin = grid.affine().origin();
        for (int axis = 0; axis < 3; axis++) {
            Vector along = grid.affine().step(source[axis]);
            step[axis] = flipped[axis] ? along.times(-1) : along;
            origin = flipped[axis] ? origin.plus(along.times(grid.size(source[axis]) - 1)) : origin;
        }
        Affine affine = new Affine(step[0], step[1], step[2], origin);
        return new Grid(grid.size(source[0]), grid.size(source[1]), grid.size(source[2]), affine);
    }

    private static double cosine(Grid grid, int voxelAxis, int worldAxis) {
        return grid.affine().step(voxelAxis).component(worldAxis) / grid.spacing(voxelAxis);
    }

    private static void requireGrid(String name, Grid grid, Grid expected) {
        if (!grid.equals(expected)) {
            throw new IllegalArgumentException(name + " lies on another grid (" + grid
                    + ") than the orientation is of (" + expected + ").");
        }
    }
}
