package lobule.tensor;

/**
 * What a tensor is, without its memory.
 *
 * @param shape  logical sizes; NCDHW or NCHW for activations
 * @param type   element type
 * @param layout who decides the element order in memory
 */
public record TensorSpec(Shape shape, DType type, Layout layout) {

    /** A float32 activation, logically NCDHW or NCHW, stored as its device likes. */
    public static TensorSpec activation(Shape shape) {
        return new TensorSpec(shape, DType.FLOAT32, Layout.ACTIVATION);
    }

    /** A float32 tensor stored row-major on every device. */
    public static TensorSpec rowMajor(long... sizes) {
        return rowMajor(DType.FLOAT32, sizes);
    }

    /** A tensor stored row-major on every device. */
    public static TensorSpec rowMajor(DType type, long... sizes) {
        return new TensorSpec(Shape.of(sizes), type, Layout.ROW_MAJOR);
    }

    public long bytes() {
        return Math.multiplyExact(shape.elements(), (long) type.bytes());
    }

    @Override
    public String toString() {
        return type + shape.toString();
    }
}
