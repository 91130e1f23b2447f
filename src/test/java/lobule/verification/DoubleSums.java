package lobule.verification;

import java.lang.foreign.MemorySegment;
import lobule.tensor.Shape;

/** Single values of a convolution and of its gradient by the weights, as sums in double. */
public final class DoubleSums {
    private final SampledConvolution exact;

    public DoubleSums(Shape x, Shape weight, Shape y) {
        this.exact = new SampledConvolution(x, weight, y, false);
    }

    public double output(long index, MemorySegment x, MemorySegment weight) {
        return exact.sum(SampledConvolution.Part.OUTPUT, index, x, weight).value();
    }

    public double weightGradient(long index, MemorySegment x, MemorySegment dy) {
        return exact.sum(SampledConvolution.Part.FILTER, index, x, dy).value();
    }
}
