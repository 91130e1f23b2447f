package lobule.inference;

/** Is told how far a volume is, on the thread that segments it. */
@FunctionalInterface
public interface TileListener {

    /**
     * After every tile.
     *
     * @param tiles  done so far
     * @param voxels of the volume in them
     */
    void tileDone(long tiles, long voxels);
}
