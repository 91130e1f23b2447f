package lobule.device;

/**
 * Philox4x32-10, the counter-based random generator of Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2,
 * 3": four 32-bit words are a pure function of key and counter, so that any thread can draw any of them.
 *
 * @param key0 low word of the key
 * @param key1 high word of the key
 */
public record Philox(int key0, int key1) {
    /** Rounds of mixing a counter. */
    public static final int ROUNDS = 10;
    public static final long MULTIPLIER_0 = 0xD2511F53L;
    public static final long MULTIPLIER_1 = 0xCD9E8D57L;
    /** Added to the key after each round: the golden ratio and sqrt(3) - 1, as fractions of 2^32. */
    public static final int WEYL_0 = 0x9E3779B9;
    public static final int WEYL_1 = 0xBB67AE85;

    public static Philox of(long key) {
        return new Philox((int) key, (int) (key >>> 32));
    }

    /** Writes the four words of counter (c0, c1, c2, c3), c0 being the lowest, to {@code words}. */
    public void words(int c0, int c1, int c2, int c3, int[] words) {
        int k0 = key0;
        int k1 = key1;
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * Integer.toUnsignedLong(c0);
            long product1 = MULTIPLIER_1 * Integer.toUnsignedLong(c2);
            c0 = (int) (product1 >>> 32) ^ c1 ^ k0;
            c1 = (int) product1;
            c2 = (int) (product0 >>> 32) ^ c3 ^ k1;
            c3 = (int) product0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        words[0] = c0;
        words[1] = c1;
        words[2] = c2;
        words[3] = c3;
    }
}
