package lobule.device.reference;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.List;
import lobule.device.HostBuffer;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;

/** norm = gradientScale sqrt(sum of g^2 over all gradients). */
final class ReferenceGradientNorm implements Launch {
    private final List<MemorySegment> gradients;
    private final MemorySegment norm;
    private final Parallel parallel;

    ReferenceGradientNorm(Operands operands, Parallel parallel) {
        this.gradients = operands.inputs().stream().map(HostBuffer::segment).toList();
        this.norm = HostBuffer.segment(operands.output(0));
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        double[] total = SliceSums.total(gradients.size(), 1, parallel,
                (index, sums) -> sums[0] = sumOfSquares(gradients.get((int) index)));
        norm.set(JAVA_FLOAT, 0, (float) (step.gradientScale * Math.sqrt(total[0])));
    }

    private static double sumOfSquares(MemorySegment gradient) {
        double sum = 0;
        for (long i = 0; i < gradient.byteSize() / Float.BYTES; i++) {
            double value = gradient.getAtIndex(JAVA_FLOAT, i);
            sum += value * value;
        }
        return sum;
    }
}
