package lobule.device.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import lobule.HeapMeter;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.device.Tensor;
import lobule.device.cpu.convolution.DirectConvolutions;
import lobule.device.cpu.winograd.WinogradTile;
import lobule.device.cpu.winograd.WinogradUse;
import lobule.op.Convolution;
import lobule.op.ConvolutionBackwardData;
import lobule.op.ConvolutionBackwardWeights;
import lobule.op.Op;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Winograd's algorithm takes nothing from the Java heap once the JVM has compiled it, at the edges of an odd volume
 * either.
 */
class WinogradAllocationTest {
    private static final int CALM = 20;
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final TensorSpec X = TensorSpec.activation(Shape.of(1, 32, 13, 12, 15));
    private static final TensorSpec Y = TensorSpec.activation(Shape.of(1, 16, 11, 10, 13));
    private static final TensorSpec WEIGHT = TensorSpec.rowMajor(16, 32, 3, 3, 3);

    record Pass(Op op, List<TensorSpec> inputs, List<TensorSpec> states, List<TensorSpec> outputs) {}

    static Stream<Pass> passes() {
        return Stream.of(new Pass(new Convolution(false), List.of(X, WEIGHT), List.of(), List.of(Y)),
                new Pass(new ConvolutionBackwardData(), List.of(Y, WEIGHT), List.of(), List.of(X)),
                new Pass(new ConvolutionBackwardWeights(false), List.of(X, Y), List.of(WEIGHT), List.of()));
    }

    @ParameterizedTest
    @MethodSource("passes")
    void aLaunchTakesNothingFromTheHeap(Pass pass) {
        Set<Thread> others = Thread.getAllStackTraces().keySet();
        try (Device device = new CpuDevice(2, WinogradUse.wherePossible(WinogradTile.FOUR),
                DirectConvolutions.LARGEST_BYTES);
                Kernel kernel = device.prepare(pass.op, pass.inputs, pass.states, pass.outputs);
                Buffer memory = HostBuffer.allocate(1 << 21);
                Buffer workspace = HostBuffer.allocate(kernel.workspaceBytes())) {
            Launch launch = kernel.bind(new Operands(tensors(memory, 0, pass.inputs),
                    tensors(memory, 1 << 20, pass.states), tensors(memory, 1 << 20, pass.outputs), workspace, 0));
            HeapMeter meter = new HeapMeter(others);
            Step step = new Step();
            long end = System.nanoTime() + LIMIT.toNanos();
            long bytes = 0;
            int calm = 0;
            while (calm < CALM && System.nanoTime() < end) {
                meter.start();
                launch.run(step);
                bytes = meter.stop();
                calm = bytes == 0 ? calm + 1 : 0;
            }
            assertTrue(calm == CALM, pass.op + " still took " + bytes + " bytes from the heap");
        }
    }

    /** One after another. */
    private static List<Tensor> tensors(Buffer memory, long start, List<TensorSpec> specs) {
        Tensor[] tensors = new Tensor[specs.size()];
        long at = start;
        for (int i = 0; i < tensors.length; i++) {
            tensors[i] = new Tensor(memory, at, specs.get(i));
            at += Buffer.aligned(specs.get(i).bytes());
        }
        return List.of(tensors);
    }
}
