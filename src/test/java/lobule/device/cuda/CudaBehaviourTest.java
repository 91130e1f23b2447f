package lobule.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import lobule.device.Buffer;
import lobule.device.Kernel;
import lobule.device.Operands;
import lobule.device.OutOfDeviceMemoryException;
import lobule.device.Step;
import lobule.device.Tensor;
import lobule.device.Timer;
import lobule.device.cuda.options.CudaOptions;
import lobule.device.cuda.options.CudnnOp;
import lobule.op.Add;
import lobule.op.Convolution;
import lobule.op.Op;
import lobule.op.SoftmaxDice;
import lobule.op.SoftmaxDiceBackward;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import lobule.verification.ConvolutionCheck;
import lobule.verification.ConvolutionLayer;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** What the CUDA device does beyond computing right: memory, copies that run ahead, profile. */
class CudaBehaviourTest {
    private static final List<TensorSpec> LAYER = List.of(TensorSpec.activation(Shape.of(1, 3, 6, 7, 8)),
            TensorSpec.rowMajor(4, 3, 3, 3, 3));
    private static final Convolution OP = new Convolution(false);

    @Test
    void convolutionsPickedByTimeAreRight() {
        try (CudaDevice device = SimulatedGpu.open(SimulatedGpu.defaults())) {
            ConvolutionCheck check = new ConvolutionCheck(device, 0x1p-24);
            for (ConvolutionLayer layer : ConvolutionLayer.small()) {
                check.check(layer).forEach(outcome -> assertTrue(outcome.passed(), outcome::toString));
            }
        }
    }

    @Test
    void poolingOfCudnnAgreesWithTheOwn() {
        TensorSpec x = TensorSpec.activation(Shape.of(2, 3, 5, 6, 7));
        float[] own = pooled(SimulatedGpu.options(), x);
        float[] theirs = pooled(SimulatedGpu.options().withCudnnOps(Set.of(CudnnOp.POOL)), x);
        Assertions.assertArrayEquals(own, theirs);
    }

    private static float[] pooled(CudaOptions options, TensorSpec x) {
        try (CudaDevice device = SimulatedGpu.open(options); Arena arena = Arena.ofConfined()) {
            lobule.op.MaxPool op = new lobule.op.MaxPool();
            List<TensorSpec> outputs = op.outputs(List.of(x), List.of());
            try (Kernel kernel = device.prepare(op, List.of(x), List.of(), outputs);
                    Buffer buffer = device.allocate(Buffer.aligned(x.bytes()) + outputs.getFirst().bytes())) {
                Tensor from = new Tensor(buffer, 0, x);
                Tensor to = new Tensor(buffer, Buffer.aligned(x.bytes()), outputs.getFirst());
                device.upload(numbers(arena, x, 3), from);
                kernel.bind(new Operands(List.of(from), List.of(), List.of(to), null, 0)).run(new Step());
                return floats(device, to);
            }
        }
    }

    @Test
    void theWorkspaceLimitHolds() {
        for (long limit : new long[] {0, 1 << 20}) {
            try (CudaDevice device = SimulatedGpu.open(SimulatedGpu.options().withWorkspaceLimit(limit));
                    Kernel kernel = device.prepare(OP, LAYER, List.of(), OP.outputs(LAYER, List.of()))) {
                assertTrue(kernel.workspaceBytes() <= limit, () -> kernel.workspaceBytes() + " of " + limit);
            }
        }
    }

    /** More would not fit the table of the kernel: the simulated GPU ends the process where it is overrun. */
    @Test
    void diceTakesAsManyClassesAsLabelsHave() {
        SoftmaxDice dice = new SoftmaxDice(false, false, 1e-7, -1);
        List<TensorSpec> outputs = run(dice, 256);
        assertEquals(TensorSpec.rowMajor(DType.FLOAT64, 256, 2), outputs.get(1));
        run(new SoftmaxDiceBackward(dice), 256);
        String message = Assertions.assertThrows(IllegalArgumentException.class,
                () -> run(new SoftmaxDiceBackward(dice), 257)).getMessage();
        assertTrue(message.contains("257 classes, expected at most 256"), message);
    }

    private static List<TensorSpec> run(Op op, long classes) {
        List<TensorSpec> inputs = new ArrayList<>(List.of(TensorSpec.activation(Shape.of(1, classes, 2, 3)),
                TensorSpec.rowMajor(DType.UINT8, 1, 2, 3)));
        if (op instanceof SoftmaxDiceBackward) {
            inputs.add(TensorSpec.rowMajor(DType.FLOAT64, classes, 2));
        }
        List<TensorSpec> outputs = op.outputs(inputs, List.of());
        try (CudaDevice device = SimulatedGpu.open(); Arena arena = Arena.ofConfined();
                Kernel kernel = device.prepare(op, inputs, List.of(), outputs);
                Buffer buffer = device.allocate(1 << 20)) {
            List<Tensor> tensors = new ArrayList<>();
            long offset = 0;
            for (TensorSpec spec : Stream.concat(inputs.stream(), outputs.stream()).toList()) {
                tensors.add(new Tensor(buffer, offset, spec));
                offset += Buffer.aligned(spec.bytes());
                device.upload(arena.allocate(spec.bytes(), Double.BYTES), tensors.getLast());
            }
            kernel.bind(new Operands(tensors.subList(0, inputs.size()), List.of(),
                    tensors.subList(inputs.size(), tensors.size()), buffer, offset)).run(new Step());
            device.synchronize();
            return outputs;
        }
    }

    @Test
    void memoryThatIsNotThereIsNamed() {
        try (CudaDevice device = SimulatedGpu.open()) {
            long bytes = 1L << 50;
            OutOfDeviceMemoryException e = Assertions.assertThrows(OutOfDeviceMemoryException.class,
                    () -> device.allocate(bytes));
            assertEquals(bytes, e.requestedBytes());
            assertTrue(e.getMessage().contains("1073741824 MiB were asked for"), e.getMessage());
            assertTrue(e.getMessage().contains("are free"), e.getMessage());
        }
    }

    @Test
    void valuesBroughtAheadArriveWithTheUpload() {
        TensorSpec spec = TensorSpec.activation(Shape.of(1, 1, 3, 5));
        try (CudaDevice device = SimulatedGpu.open(); Arena arena = Arena.ofConfined();
                Buffer buffer = device.allocate(3 * Buffer.aligned(spec.bytes()))) {
            Tensor x = new Tensor(buffer, 0, spec);
            Tensor sum = new Tensor(buffer, Buffer.aligned(spec.bytes()), spec);
            Tensor ahead = new Tensor(buffer, 2 * Buffer.aligned(spec.bytes()), spec);
            MemorySegment first = numbers(arena, spec, 1);
            MemorySegment second = numbers(arena, spec, 2);
            MemorySegment third = numbers(arena, spec, 3);
            device.upload(first, x);
            try (Kernel kernel = device.prepare(new Add(), List.of(spec, spec), List.of(), List.of(spec))) {
                var launch = kernel.bind(new Operands(List.of(x, x), List.of(), List.of(sum), null, 0));
                device.prefetch(second, ahead, x);
                launch.run(new Step());
                assertEquals(2 * value(first), floats(device, sum)[7]);
                device.upload(second, x);
                launch.run(new Step());
                assertEquals(2 * value(second), floats(device, sum)[7]);
                // brought, but another upload comes first
                device.prefetch(second, ahead, x);
                device.upload(third, x);
                assertEquals(value(third), floats(device, x)[7]);
                device.upload(second, x);
                assertEquals(value(second), floats(device, x)[7]);
            }
        }
    }

    @Test
    void copiesOfManyChunksArrive() {
        TensorSpec spec = TensorSpec.rowMajor((50L << 20) / Float.BYTES + 3);
        try (CudaDevice device = SimulatedGpu.open(); Arena arena = Arena.ofConfined();
                Buffer buffer = device.allocate(spec.bytes())) {
            Tensor tensor = new Tensor(buffer, 0, spec);
            MemorySegment source = numbers(arena, spec, 5);
            device.upload(source, tensor);
            MemorySegment back = arena.allocate(spec.bytes(), Float.BYTES);
            device.download(tensor, back);
            assertEquals(-1, source.mismatch(back));
        }
    }

    @Test
    void launchesAreTimedWhenAskedFor() {
        for (boolean profile : new boolean[] {true, false}) {
            try (CudaDevice device = SimulatedGpu.open(SimulatedGpu.options().withProfile(profile));
                    Arena arena = Arena.ofConfined();
                    Buffer buffer = device.allocate(512);
                    Kernel kernel = device.prepare(new Add(), List.of(spec(), spec()), List.of(), List.of(spec()))) {
                Tensor x = new Tensor(buffer, 0, spec());
                Tensor y = new Tensor(buffer, 256, spec());
                device.upload(numbers(arena, spec(), 1), x);
                var launch = kernel.bind(new Operands(List.of(x, x), List.of(), List.of(y), null, 0));
                Optional<Timer> timer = device.timer();
                assertEquals(profile, timer.isPresent());
                timer.ifPresent(Timer::start);
                launch.run(new Step());
                timer.ifPresent(Timer::stop);
                assertTrue(timer.stream().allMatch(time -> time.seconds() >= 0 && time.seconds() < 60));
            }
        }
    }

    private static TensorSpec spec() {
        return TensorSpec.activation(Shape.of(1, 1, 4, 4));
    }

    private static MemorySegment numbers(Arena arena, TensorSpec spec, int step) {
        MemorySegment numbers = arena.allocate(spec.bytes(), Float.BYTES);
        for (long i = 0; i < spec.shape().elements(); i++) {
            numbers.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (i * step % 1009));
        }
        return numbers;
    }

    private static float value(MemorySegment numbers) {
        return numbers.getAtIndex(ValueLayout.JAVA_FLOAT, 7);
    }

    private static float[] floats(CudaDevice device, Tensor tensor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment host = arena.allocate(tensor.spec().bytes(), Float.BYTES);
            device.download(tensor, host);
            return host.toArray(ValueLayout.JAVA_FLOAT);
        }
    }
}
