package lobule.device.cuda.kernel;

/**
 * How the reorderings of a transposed convolution divide a plane of its input: into tiles of whole rows, or of a part
 * of one row, that a block turns around in shared memory.
 *
 * @param rows    of a tile
 * @param columns of a tile
 * @param count   of tiles in a plane
 */
public record UpTiles(long rows, long columns, long count) {
    /** Largest height and width of a kernel whose elements for one voxel are sure to fit. */
    public static final long LARGEST_KERNEL = 32;
    /** Voxels for which two threads a voxel suffice, wherever a sector of memory begins. */
    private static final long MOST_VOXELS = 2 * Kernels.BLOCK - 8;
    /** Elements in shared memory, those that a tile's first can be moved by taken off. */
    private static final long MOST_ELEMENTS = 2 * (4 * Kernels.BLOCK + 12) - 8;
    /** Elements between two of a tile's rows there. */
    private static final long GAP = 10;

    public static UpTiles of(Extents coarse, Extents kernel) {
        long voxels = Math.min(MOST_VOXELS, (MOST_ELEMENTS / kernel.height() - GAP) / kernel.width());
        long columns = Math.min(voxels, coarse.width());
        long rows = columns == coarse.width() ? Math.min(voxels / columns, coarse.height()) : 1;
        return new UpTiles(rows, columns, Math.ceilDiv(coarse.height(), rows) * Math.ceilDiv(coarse.width(), columns));
    }
}
