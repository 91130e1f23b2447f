package lobule.data;

import lobule.image.Grid;
import lobule.image.Mask;
import java.lang.foreign.ValueLayout;

/** A box of patch origins, the last ones included. */
record PatchPositions(long firstZ, long lastZ, long firstY, long lastY, long firstX, long lastX) {

    /** Every place where the patch lies inside the grid; 0 along an axis where the grid is no larger than the patch. */
    static PatchPositions inside(Grid grid, PatchShape shape) {
        return new PatchPositions(0, Math.max(0, grid.sizeZ() - shape.depth()),
                0, Math.max(0, grid.sizeY() - shape.height()), 0, Math.max(0, grid.sizeX() - shape.width()));
    }

    /** Those of them from which the patch reaches the foreground's bounding box; null where there is no foreground. */
    static PatchPositions nearForeground(Mask mask, PatchShape shape) {
        Grid grid = mask.grid();
        long[] first = {Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE};
        long[] last = {-1, -1, -1};
        long index = 0;
        for (long z = 0; z < grid.sizeZ(); z++) {
            for (long y = 0; y < grid.sizeY(); y++) {
                for (long x = 0; x < grid.sizeX(); x++, index++) {
                    if (Mask.isForeground(mask.labels().get(ValueLayout.JAVA_BYTE, index))) {
                        extend(first, last, z, y, x);
                    }
                }
            }
        }
        if (last[0] < 0) {
            return null;
        }
        PatchPositions all = inside(grid, shape);
        return new PatchPositions(
                Math.clamp(first[0] - shape.depth() + 1, 0, all.lastZ), Math.min(last[0], all.lastZ),
                Math.clamp(first[1] - shape.height() + 1, 0, all.lastY), Math.min(last[1], all.lastY),
                Math.clamp(first[2] - shape.width() + 1, 0, all.lastX), Math.min(last[2], all.lastX));
    }

    private static void extend(long[] first, long[] last, long z, long y, long x) {
        first[0] = Math.min(first[0], z);
        first[1] = Math.min(first[1], y);
        first[2] = Math.min(first[2], x);
        last[0] = Math.max(last[0], z);
        last[1] = Math.max(last[1], y);
        last[2] = Math.max(last[2], x);
    }
}
