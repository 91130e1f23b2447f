package lobule.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import lobule.device.Device;
import lobule.device.DeviceUnavailableException;
import lobule.device.Kernel;
import lobule.device.Operands;
import lobule.device.TensorTooLargeException;
import lobule.device.cuda.convolution.ConvolutionGeometry;
import lobule.device.cuda.convolution.OpGeometry;
import lobule.device.cuda.options.CudaOptions;
import lobule.graph.Graph;
import lobule.graph.Node;
import lobule.nn.Loss;
import lobule.nn.MemorySaving;
import lobule.nn.Recompute;
import lobule.nn.UNet;
import lobule.nn.UNetConfig;
import lobule.op.Adam;
import lobule.op.Convolution;
import lobule.op.Value;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Plans made without a GPU are those made with one, but for the workspace that algorithms leave unused. */
class CudaPlanningDeviceTest {
    private static final long LIMIT = CudaOptions.defaults().workspaceLimitBytes();

    @ParameterizedTest
    @EnumSource
    void ownKernelsStateTheWorkspaceTheyTakeAndConvolutionsTheLimit(Recompute recompute) {
        Graph graph = UNet.training(UNetConfig.of(3, 1, 2, 4, 0.5), Shape.of(1, 2, 12, 12, 4),
                Loss.of(Loss.Kind.DICE_AND_CROSS_ENTROPY), new Adam(0.9, 0.999, 1e-8, 1),
                new MemorySaving(true, recompute)).graph();
        try (CudaDevice gpu = SimulatedGpu.open(); CudaPlanningDevice planning = new CudaPlanningDevice(LIMIT)) {
            for (Node node : graph.nodes()) {
                if (geometry(node).isPresent()) {
                    assertEquals(LIMIT, workspace(planning, node), node::toString);
                    assertTrue(workspace(gpu, node) <= LIMIT, node::toString);
                } else {
                    assertEquals(workspace(gpu, node), workspace(planning, node), node::toString);
                }
            }
        }
    }

    private static Optional<ConvolutionGeometry> geometry(Node node) {
        return OpGeometry.of(node.op(), specs(node.inputs()), specs(node.states()), specs(node.outputs()));
    }

    private static long workspace(Device device, Node node) {
        try (Kernel kernel = device.prepare(node.op(), specs(node.inputs()), specs(node.states()),
                specs(node.outputs()))) {
            return kernel.workspaceBytes();
        }
    }

    private static List<TensorSpec> specs(List<Value> values) {
        return values.stream().map(Value::spec).toList();
    }

    @Test
    void aTensorThatCudnnCannotCountIsRefused() {
        List<TensorSpec> inputs = List.of(TensorSpec.activation(Shape.of(1, 64, 512, 512, 256)),
                TensorSpec.rowMajor(64, 64, 3, 3, 3));
        Convolution op = new Convolution(false);
        try (CudaPlanningDevice planning = new CudaPlanningDevice(LIMIT)) {
            String message = assertThrows(TensorTooLargeException.class,
                    () -> planning.prepare(op, inputs, List.of(), op.outputs(inputs, List.of()))).getMessage();
            assertTrue(message.contains("2147483647 elements") && message.contains("smaller patch"), message);
        }
    }

    @Test
    void nothingCanBeTakenOrRun() {
        List<TensorSpec> inputs = List.of(TensorSpec.activation(Shape.of(1, 1, 5, 5)), TensorSpec.rowMajor(1, 1, 3, 3));
        Convolution op = new Convolution(false);
        try (CudaPlanningDevice planning = new CudaPlanningDevice(LIMIT)) {
            assertThrows(DeviceUnavailableException.class, () -> planning.allocate(256));
            Kernel kernel = planning.prepare(op, inputs, List.of(), op.outputs(inputs, List.of()));
            assertThrows(RuntimeException.class,
                    () -> kernel.bind(new Operands(List.of(), List.of(), List.of(), null, 0)));
        }
    }
}
