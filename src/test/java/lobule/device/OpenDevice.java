package lobule.device;

import java.util.List;
import lobule.device.cpu.CpuDevice;
import lobule.device.cuda.CudaDevice;
import lobule.device.cuda.SimulatedGpu;
import lobule.op.Convolution;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/** Opens a device in a JVM of its own, prepares a convolution, and prints the device or why there is none. */
public final class OpenDevice {
    private OpenDevice() {}

    public static void main(String[] arguments) {
        List<TensorSpec> inputs = List.of(TensorSpec.activation(Shape.of(1, 2, 5, 5, 5)),
                TensorSpec.rowMajor(3, 2, 3, 3, 3));
        Convolution op = new Convolution(false);
        try (Device device = arguments[0].equals("cuda") ? new CudaDevice(SimulatedGpu.defaults()) : new CpuDevice(2);
                Kernel kernel = device.prepare(op, inputs, List.of(), op.outputs(inputs, List.of()))) {
            System.out.println("opened " + device.description() + ", workspace " + kernel.workspaceBytes());
        } catch (DeviceUnavailableException e) {
            System.out.println("refused " + e.getMessage());
        }
    }
}
