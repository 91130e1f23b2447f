package lobule.device.cuda.simulator;

/**
 * What a card achieves at best.
 *
 * @param bytesPerSecond   of its memory, as measured on it with copies
 * @param float32PerSecond operations in float32, two for each multiply-add; integers are taken to be as fast
 * @param float64PerSecond the same in float64
 */
record Card(String name, double bytesPerSecond, double float32PerSecond, double float64PerSecond) {
    static final Card GTX_1080 = new Card("GTX 1080", 0.26e12, 8.9e12, 8.9e12 / 32);
    static final Card A100 = new Card("A100", 1.4e12, 19.5e12, 9.7e12);
    static final Card H100 = new Card("H100", 3.0e12, 67e12, 34e12);

    private static final int LANES = 32;
    private static final int OPERATIONS_PER_INSTRUCTION = 2;

    /** Least seconds for the memory traffic of one pass. */
    double memorySeconds(KernelProfile profile) {
        return profile.leastBytes() / bytesPerSecond;
    }

    /** Least seconds for the instructions; float32 and integers share their units, float64 has its own. */
    double arithmeticSeconds(KernelProfile profile) {
        double operations = LANES * OPERATIONS_PER_INSTRUCTION;
        return Math.max(operations * (profile.float32() + profile.integer()) / float32PerSecond,
                operations * profile.float64() / float64PerSecond);
    }
}
