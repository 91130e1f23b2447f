package lobule.device.cuda;

import static jcuda.driver.JCudaDriver.cuLaunchKernel;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleLoadData;
import static jcuda.driver.JCudaDriver.cuModuleUnload;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.Kernel;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.device.Tensor;
import lobule.device.WrappedDevice;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.op.Add;
import lobule.op.Op;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/** Adds two tensors of one buffer, with a kernel behind that touches the word after the first. */
public final class OverrunProgram {
    private static final TensorSpec SPEC = TensorSpec.activation(Shape.of(1, 1, 8, 8));

    private OverrunProgram() {}

    /** A device whose every launch is followed by the given one, on a word after the first input. */
    private record Overrunning(Device device, CUfunction function) implements WrappedDevice {
        @Override
        public Kernel prepare(Op op, List<TensorSpec> inputs, List<TensorSpec> states, List<TensorSpec> outputs) {
            Kernel kernel = device.prepare(op, inputs, states, outputs);
            return operands -> {
                var launch = kernel.bind(operands);
                return step -> {
                    launch.run(step);
                    device.synchronize();
                    touchBehind(operands.input(0));
                };
            };
        }

        private void touchBehind(Tensor tensor) {
            Pointer parameters = Pointer.to(Pointer.to(DeviceBuffer.pointer(tensor)),
                    Pointer.to(new long[] {tensor.spec().bytes()}));
            cuLaunchKernel(function, 1, 1, 1, 1, 1, 1, 0, null, parameters, null);
        }
    }

    /**
     * @param arguments the file with the sample kernels; the kernel; whether operands lie {@code apart}
     * @throws IOException if the kernels cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        CUmodule module = new CUmodule();
        CUfunction function = new CUfunction();
        try (CudaDevice device = SimulatedGpu.open()) {
            cuModuleLoadData(module, Files.readString(Path.of(arguments[0])) + "\0");
            cuModuleGetFunction(function, module, arguments[1]);
            Device overrunning = new Overrunning(device, function);
            add(arguments[2].equals("apart") ? new IsolatingDevice(overrunning) : overrunning);
            cuModuleUnload(module);
        }
    }

    private static void add(Device device) {
        long bytes = SPEC.bytes();
        float[] ones = new float[Math.toIntExact(SPEC.shape().elements())];
        try (Buffer buffer = device.allocate(3 * bytes);
                Kernel kernel = device.prepare(new Add(), List.of(SPEC, SPEC), List.of(), List.of(SPEC))) {
            List<Tensor> inputs = List.of(new Tensor(buffer, 0, SPEC), new Tensor(buffer, bytes, SPEC));
            inputs.forEach(input -> device.upload(MemorySegment.ofArray(ones), input));
            Tensor sum = new Tensor(buffer, 2 * bytes, SPEC);
            kernel.bind(new Operands(inputs, List.of(), List.of(sum), null, 0)).run(new Step());
            device.synchronize();
        }
    }
}
