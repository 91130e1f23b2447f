package lobule.device.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import lobule.device.Buffer;
import lobule.device.Kernel;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.device.Tensor;
import lobule.device.cuda.options.AlgorithmChoice;
import lobule.device.cuda.options.AlgorithmChoices;
import lobule.device.cuda.options.CudaOptions;
import lobule.device.cuda.options.CudnnOp;
import lobule.op.Convolution;
import lobule.op.ConvolutionBackwardData;
import lobule.op.ConvolutionBackwardWeights;
import lobule.op.Op;
import lobule.op.TransposedConvolution;
import lobule.op.TransposedConvolutionBackwardData;
import lobule.op.TransposedConvolutionBackwardWeights;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;

/** Fused ops: which networks have them, and transposed convolutions into a concatenation of several samples. */
class CudaFusionTest {
    private static final TensorSpec X = TensorSpec.activation(Shape.of(2, 3, 2, 3, 5));
    private static final TensorSpec WEIGHT = TensorSpec.rowMajor(3, 4, 2, 2, 2);
    private static final TensorSpec CONCATENATION = TensorSpec.activation(Shape.of(2, 7, 4, 6, 10));

    /** An op and its operands; the last of them is what is compared: the output, or the state. */
    private record Case(Op op, List<TensorSpec> inputs, List<TensorSpec> states) {
        List<TensorSpec> outputs() {
            return op.outputs(inputs, states);
        }

        Kernel prepare(CudaDevice device) {
            return device.prepare(op, inputs, states, outputs());
        }
    }

    private static final List<Case> CASES = List.of(
            new Case(new TransposedConvolution(true), List.of(X, WEIGHT, CONCATENATION), List.of()),
            new Case(new TransposedConvolutionBackwardData(), List.of(CONCATENATION, WEIGHT), List.of()),
            new Case(new TransposedConvolutionBackwardWeights(), List.of(X, CONCATENATION), List.of(WEIGHT)));

    /** Fused ops have no counterpart in cuDNN: where it computes single ones, the network is made of those. */
    @Test
    void networksAreFusedWhereNoSingleOpComesFromCudnn() {
        for (Set<CudnnOp> ops : List.of(Set.<CudnnOp>of(), Set.of(CudnnOp.POOL), Set.of(CudnnOp.DROPOUT))) {
            try (CudaDevice device = SimulatedGpu.open(SimulatedGpu.options().withCudnnOps(ops))) {
                assertEquals(ops.isEmpty(), device.fuses(), ops.toString());
            }
        }
    }

    @Test
    void cudnnAndCublasAgree() {
        CudaOptions options = SimulatedGpu.options().withDeterministic(false).withWorkspaceLimit(0);
        AlgorithmChoices cudnn = cudnnChoices(options);
        for (Case test : CASES) {
            try (CudaDevice byCublas = SimulatedGpu.open(SimulatedGpu.options());
                    CudaDevice byCudnn = SimulatedGpu.open(options.withRecorded(cudnn))) {
                assertArrayEquals(result(byCublas, test), result(byCudnn, test), 1e-5f, test.op().toString());
                byCudnn.choices().choices().forEach((key, choice) -> assertEquals(cudnn.choices().get(key), choice));
            }
        }
    }

    /** Of the transposed convolutions, made from what cuDNN does for plain ones without workspace. */
    private static AlgorithmChoices cudnnChoices(CudaOptions options) {
        try (CudaDevice device = SimulatedGpu.open(options)) {
            plain().forEach(test -> test.prepare(device).close());
            Map<String, AlgorithmChoice> plain = device.choices().choices();
            CASES.forEach(test -> test.prepare(device).close());
            Map<String, AlgorithmChoice> choices = new HashMap<>();
            for (String key : device.choices().choices().keySet()) {
                plain.forEach((like, choice) -> {
                    if (key.contains(" of 7 channels") && pass(key).equals(pass(like))) {
                        choices.put(key, choice);
                    }
                });
            }
            assertEquals(Set.of("forward", "backward data", "backward filter"), Set.copyOf(
                    choices.keySet().stream().map(CudaFusionTest::pass).toList()));
            assertTrue(choices.values().stream().allMatch(choice -> choice.library().equals("cudnn")));
            return new AlgorithmChoices(device.choices().device(), choices);
        }
    }

    private static String pass(String key) {
        return key.substring(0, key.indexOf(" ("));
    }

    private static Stream<Case> plain() {
        TensorSpec weight = TensorSpec.rowMajor(3, 7, 2, 2, 2);
        TensorSpec y = TensorSpec.activation(Shape.of(2, 3, 3, 5, 9));
        return Stream.of(new Case(new Convolution(false), List.of(CONCATENATION, weight), List.of()),
                new Case(new ConvolutionBackwardData(), List.of(y, weight), List.of()),
                new Case(new ConvolutionBackwardWeights(false), List.of(CONCATENATION, y), List.of(weight)));
    }

    /** All that the op writes, after running in memory of its own with random inputs, and NaN where it writes. */
    private static float[] result(CudaDevice device, Case test) {
        List<TensorSpec> specs = Stream.of(test.inputs(), test.states(), test.outputs()).flatMap(List::stream).toList();
        long bytes = specs.stream().mapToLong(spec -> Buffer.aligned(spec.bytes())).sum();
        try (Kernel kernel = test.prepare(device); Arena arena = Arena.ofConfined();
                Buffer buffer = device.allocate(bytes);
                Buffer workspace = device.allocate(kernel.workspaceBytes())) {
            List<Tensor> tensors = new ArrayList<>();
            long offset = 0;
            for (TensorSpec spec : specs) {
                Tensor tensor = new Tensor(buffer, offset, spec);
                device.upload(values(arena, spec, tensors.size() < test.inputs().size()), tensor);
                tensors.add(tensor);
                offset += Buffer.aligned(spec.bytes());
            }
            int written = test.inputs().size();
            List<Tensor> states = tensors.subList(written, written + test.states().size());
            List<Tensor> outputs = tensors.subList(written + test.states().size(), tensors.size());
            kernel.bind(new Operands(tensors.subList(0, written), states, outputs, workspace, 0)).run(new Step());
            return floats(device, arena, tensors.getLast());
        }
    }

    private static MemorySegment values(Arena arena, TensorSpec spec, boolean random) {
        MemorySegment values = arena.allocate(spec.bytes(), Float.BYTES);
        Random source = new Random(spec.bytes());
        for (long i = 0; i < spec.shape().elements(); i++) {
            values.setAtIndex(ValueLayout.JAVA_FLOAT, i, random ? (float) source.nextGaussian() : Float.NaN);
        }
        return values;
    }

    private static float[] floats(CudaDevice device, Arena arena, Tensor tensor) {
        MemorySegment host = arena.allocate(tensor.spec().bytes(), Float.BYTES);
        device.download(tensor, host);
        return host.toArray(ValueLayout.JAVA_FLOAT);
    }
}
