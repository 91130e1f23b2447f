package lobule.device.cuda.convolution;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import lobule.device.Rounding;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.driver.Staging;
import lobule.device.cuda.library.Cudnn;
import lobule.device.cuda.options.AlgorithmChoice;
import lobule.device.cuda.options.MathMode;
import lobule.tensor.Shape;

/** Compares whole results of two algorithms of cuDNN, on operands drawn at random. */
final class ResultCheck {
    /** Root mean square of a product of two numbers drawn evenly from -1 to 1. */
    private static final double PRODUCT = 1.0 / 3;
    private static final int BLOCK = 1 << 20;

    private final CudaContext context;
    private final Staging staging;

    ResultCheck(CudaContext context, Staging staging) {
        this.context = context;
        this.staging = staging;
    }

    /**
     * The largest difference, in units of what rounding explains; not a number where a result holds one. Empty where
     * there is no memory to try.
     *
     * @param math      how the first algorithm rounds its factors
     * @param reference one that computes in float32
     */
    OptionalDouble difference(Cudnn library, ConvolutionPass pass, ConvolutionDescriptors descriptors, MathMode math,
                              AlgorithmChoice checked, AlgorithmChoice reference) {
        ConvolutionGeometry geometry = descriptors.geometry();
        Optional<TrialMemory> trial = TrialMemory.take(context, geometry,
                Math.max(checked.workspaceBytes(), reference.workspaceBytes()));
        if (trial.isEmpty()) {
            return OptionalDouble.empty();
        }
        try (TrialMemory taken = trial.get(); Arena arena = Arena.ofConfined()) {
            ConvolutionMemory memory = taken.memory();
            fill(memory.input(), geometry.spannedInput(), 1);
            fill(memory.filter(), geometry.filter(), 2);
            fill(memory.output(), geometry.output(), 3);
            MemorySegment first = run(library, pass, descriptors, checked, memory, arena);
            MemorySegment second = run(library, pass, descriptors, reference, memory, arena);
            long terms = pass.terms(geometry);
            double growth = pass.transforms(checked.algorithm()) ? CudnnConvolution.TRANSFORMED : 1;
            double explained = PRODUCT * Math.sqrt(terms) * growth * Rounding.bound(math.roundoff(), terms);
            return OptionalDouble.of(largest(first, second) / explained);
        }
    }

    private void fill(DevicePointer values, Shape shape, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment block = arena.allocate(ValueLayout.JAVA_FLOAT, Math.min(BLOCK, shape.elements()));
            for (long from = 0; from < shape.elements(); from += BLOCK) {
                long count = Math.min(BLOCK, shape.elements() - from);
                for (long i = 0; i < count; i++) {
                    block.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat(-1, 1));
                }
                staging.upload(block.asSlice(0, count * Float.BYTES), values.plus(from * Float.BYTES),
                        context.compute());
            }
        }
    }

    /** What the pass writes; it is the same before each run where it writes only parts. */
    private MemorySegment run(Cudnn library, ConvolutionPass pass, ConvolutionDescriptors descriptors,
                              AlgorithmChoice choice, ConvolutionMemory memory, Arena arena) {
        descriptors.setMathType(choice.mathType());
        pass.run(library, descriptors, choice.algorithm(), memory, Cudnn.ZERO);
        ConvolutionGeometry geometry = descriptors.geometry();
        Shape shape = switch (pass) {
            case ForwardPass _ -> geometry.output();
            case BackwardDataPass _ -> geometry.spannedInput();
            case BackwardFilterPass _ -> geometry.filter();
        };
        DevicePointer result = switch (pass) {
            case ForwardPass _ -> memory.output();
            case BackwardDataPass _ -> memory.input();
            case BackwardFilterPass _ -> memory.filter();
        };
        MemorySegment host = arena.allocate(ValueLayout.JAVA_FLOAT, shape.elements());
        staging.download(result, host, context.compute());
        return host;
    }

    private static double largest(MemorySegment first, MemorySegment second) {
        double largest = 0;
        for (long at = 0; at < first.byteSize(); at += Float.BYTES) {
            double difference = Math.abs((double) first.get(ValueLayout.JAVA_FLOAT, at)
                    - second.get(ValueLayout.JAVA_FLOAT, at));
            largest = Math.max(largest, difference); // keeps a NaN
        }
        return largest;
    }
}
