package lobule.device.cuda.kernel;

/**
 * How kernels that go through shared memory divide a plane: into tiles of whole rows, or of a part of one row, one a
 * block.
 *
 * @param rows    of a tile
 * @param columns of a tile
 * @param count   of tiles in a plane
 */
public record PlaneTiles(long rows, long columns, long count) {
    /** Largest height and width of a kernel whose elements for one voxel are sure to fit. */
    public static final long LARGEST_KERNEL = 32;
    /** Voxels for which two threads a voxel suffice, wherever a sector of memory begins. */
    private static final long MOST_VOXELS = 2 * Kernels.BLOCK - 8;
    /** Elements in shared memory, those that a tile's first can be moved by taken off. */
    private static final long MOST_ELEMENTS = 2 * (4 * Kernels.BLOCK + 12) - 8;
    /** Elements between two of a tile's rows there. */
    private static final long GAP = 10;

    /** Of a tensor that is copied from or to rows which do not follow each other. */
    public static PlaneTiles of(Extents extents) {
        long columns = Math.min(MOST_ELEMENTS - GAP, extents.width());
        return of(extents, columns, MOST_ELEMENTS / (columns + GAP));
    }

    /** Of the input of a transposed convolution, whose tiles are turned around in shared memory. */
    public static PlaneTiles of(Extents coarse, Extents kernel) {
        long voxels = Math.min(MOST_VOXELS, (MOST_ELEMENTS / kernel.height() - GAP) / kernel.width());
        long columns = Math.min(voxels, coarse.width());
        return of(coarse, columns, voxels / columns);
    }

    private static PlaneTiles of(Extents extents, long columns, long mostRows) {
        long rows = columns == extents.width() ? Math.min(mostRows, extents.height()) : 1;
        return new PlaneTiles(rows, columns,
                Math.ceilDiv(extents.height(), rows) * Math.ceilDiv(extents.width(), columns));
    }
}
