package lobule.data;

/** Reflection at the edges of a volume without repeating the edge: ... 2 1 | 0 1 2 3 | 2 1 0 1 ... */
final class Mirror {
    private Mirror() {}

    /** The index in [0, size) that this one, however far outside, is folded onto; 0 where there is only one. */
    static long fold(long index, long size) {
        if (index >= 0 && index < size) {
            return index;
        }
        if (size == 1) {
            return 0;
        }
        long period = 2 * (size - 1);
        long phase = Math.floorMod(index, period);
        return phase < size ? phase : period - phase;
    }
}
