package lobule.device.cpu.winograd;

/** Distances between the values of a cube along its axes, in floats. */
record Strides(long depth, long height, long width) {

    /** Of a cube of {@code size} values along h and w, one after another. */
    static Strides compact(int size, long width) {
        return new Strides(width * size * size, width * size, width);
    }
}
