package lobule.data;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import lobule.file.InputException;
import lobule.image.Grid;
import lobule.image.Mask;

/**
 * Finds the patch whose foreground share is nearest to one half, over every position, by running sums: a slice enters
 * and a slice leaves the column sums for each z, and windows slide over them along x and then y. Memory is two planes.
 */
final class BalancedPatch {
    private final Mask mask;
    private final Grid grid;
    private final PatchShape shape;
    private final PatchPositions positions;
    private final int sizeX;
    private final int sizeY;
    private final int[] columns; // (y, x): foreground among the depth voxels from z on
    private final long[] boxes; // (x): foreground in the box that begins at (z, y, x)
    private final int[] rows; // (y, x): columns summed over the width from x on
    private long bestMiss = Long.MAX_VALUE; // |2 foreground - voxels|
    private Patch best;

    private BalancedPatch(Mask mask, PatchShape shape) {
        this.mask = mask;
        this.grid = mask.grid();
        this.shape = shape;
        this.positions = PatchPositions.inside(grid, shape);
        this.sizeX = Math.toIntExact(grid.sizeX());
        this.sizeY = Math.toIntExact(grid.sizeY());
        this.columns = new int[Math.multiplyExact(sizeX, sizeY)];
        this.rows = new int[columns.length];
        this.boxes = new long[sizeX];
    }

    /**
     * The share is of all output voxels, those outside a smaller volume included; of equals the first in (z, y, x).
     *
     * @throws InputException where no voxel is foreground
     */
    static Patch find(LabelledVolume volume, PatchShape shape) {
        volume.requireForeground();
        BalancedPatch search = new BalancedPatch(volume.mask(), shape);
        search.overAllSlices();
        return search.best;
    }

    private void overAllSlices() {
        long depth = Math.min(shape.depth(), grid.sizeZ());
        for (long z = 0; z < depth; z++) {
            addSlice(z, 1);
        }
        for (long z = 0; z <= positions.lastZ(); z++) {
            overSlice(z);
            if (z < positions.lastZ()) {
                addSlice(z, -1);
                addSlice(z + depth, 1);
            }
        }
    }

    private void addSlice(long z, int sign) {
        long first = grid.index(0, 0, z);
        for (int i = 0; i < columns.length; i++) {
            columns[i] += Mask.isForeground(mask.labels().get(ValueLayout.JAVA_BYTE, first + i)) ? sign : 0;
        }
    }

    private void overSlice(long z) {
        sumRows();
        Arrays.fill(boxes, 0);
        int height = Math.min(shape.height(), sizeY);
        for (int y = 0; y < height; y++) {
            addRow(y, 1);
        }
        for (int y = 0; y <= positions.lastY(); y++) {
            compare(z, y);
            if (y < positions.lastY()) {
                addRow(y, -1);
                addRow(y + height, 1);
            }
        }
    }

    private void sumRows() {
        int width = Math.min(shape.width(), sizeX);
        for (int y = 0; y < sizeY; y++) {
            int row = y * sizeX;
            int sum = 0;
            for (int x = 0; x < width; x++) {
                sum += columns[row + x];
            }
            for (int x = 0; x <= positions.lastX(); x++) {
                rows[row + x] = sum;
                if (x < positions.lastX()) {
                    sum += columns[row + x + width] - columns[row + x];
                }
            }
        }
    }

    private void addRow(int y, int sign) {
        for (int x = 0; x <= positions.lastX(); x++) {
            boxes[x] += (long) sign * rows[y * sizeX + x];
        }
    }

    private void compare(long z, int y) {
        long voxels = shape.outputVoxels();
        for (int x = 0; x <= positions.lastX(); x++) {
            long miss = Math.abs(2 * boxes[x] - voxels);
            if (miss < bestMiss) {
                bestMiss = miss;
                best = new Patch(shape, z, y, x);
            }
        }
    }
}
