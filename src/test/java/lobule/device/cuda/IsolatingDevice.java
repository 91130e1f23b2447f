package lobule.device.cuda;

import static jcuda.driver.JCudaDriver.cuMemcpyDtoD;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Tensor;
import lobule.device.WrappedDevice;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.driver.Driver;
import lobule.op.Op;
import lobule.tensor.DType;
import lobule.tensor.TensorSpec;

/**
 * A CUDA device whose launches work on copies of their operands, each in an allocation of its own that ends where the
 * operand ends, so that the simulated GPU sees an access to what lies beside it. What nothing wrote stays unwritten in
 * the copies; outputs and workspace are unwritten before every launch. Operands at one address share their copy.
 */
public record IsolatingDevice(Device device) implements WrappedDevice {

    @Override
    public Kernel prepare(Op op, List<TensorSpec> inputs, List<TensorSpec> states, List<TensorSpec> outputs) {
        return new IsolatedKernel(device.prepare(op, inputs, states, outputs));
    }

    /** Where a tensor begins. */
    private record Place(Buffer buffer, long offset) {
        static Place of(Tensor tensor) {
            return new Place(tensor.buffer(), tensor.offset());
        }
    }

    /** An operand's memory in a buffer of its own. */
    private record Copy(Tensor original, Tensor isolated) {
        void bring() {
            copy(pointer(isolated), pointer(original), bytes());
        }

        void bringBack() {
            copy(pointer(original), pointer(isolated), bytes());
        }

        /** @param unwritten as many bytes that nothing wrote */
        void clear(DevicePointer unwritten) {
            copy(pointer(isolated), unwritten, bytes());
        }

        long bytes() {
            return isolated.spec().bytes();
        }

        private static DevicePointer pointer(Tensor tensor) {
            return DeviceBuffer.pointer(tensor);
        }

        private static void copy(DevicePointer to, DevicePointer from, long bytes) {
            Driver.check(cuMemcpyDtoD(to, from, bytes), "cuMemcpyDtoD", bytes + " bytes");
        }
    }

    private final class IsolatedKernel implements Kernel {
        private final Kernel kernel;
        private final List<Buffer> buffers = new ArrayList<>();

        IsolatedKernel(Kernel kernel) {
            this.kernel = kernel;
        }

        @Override
        public Launch bind(Operands operands) {
            Map<Place, Copy> copies = new LinkedHashMap<>();
            List<Tensor> inputs = isolated(operands.inputs(), copies);
            List<Tensor> states = isolated(operands.states(), copies);
            List<Copy> read = List.copyOf(copies.values());
            List<Tensor> outputs = isolated(operands.outputs(), copies);
            List<Copy> made = copies.values().stream().filter(copy -> !read.contains(copy)).toList();
            List<Copy> written = Stream.concat(operands.states().stream(), operands.outputs().stream())
                    .map(tensor -> copies.get(Place.of(tensor))).distinct().toList();
            Copy workspace = workspace();
            Launch launch = kernel.bind(new Operands(inputs, states, outputs, workspace.isolated().buffer(),
                    workspace.isolated().offset()));
            List<Copy> cleared = Stream.concat(made.stream(), Stream.of(workspace)).toList();
            DevicePointer unwritten = DeviceBuffer.pointer(bytes(allocate(
                    cleared.stream().mapToLong(Copy::bytes).max().orElseThrow())));
            return step -> {
                device.synchronize();
                read.forEach(Copy::bring);
                cleared.forEach(copy -> copy.clear(unwritten));
                launch.run(step);
                device.synchronize();
                written.forEach(Copy::bringBack);
            };
        }

        private List<Tensor> isolated(List<Tensor> tensors, Map<Place, Copy> copies) {
            return tensors.stream().map(tensor -> copies.computeIfAbsent(Place.of(tensor), _ -> copy(tensor))
                    .isolated()).toList();
        }

        private Copy copy(Tensor tensor) {
            return new Copy(tensor, alone(tensor.spec()));
        }

        /** The driver gives at least 256 bytes: a smaller tensor ends an allocation that begins with unwritten ones. */
        private Tensor alone(TensorSpec spec) {
            long offset = spec.bytes() < Buffer.ALIGNMENT ? Buffer.ALIGNMENT : 0;
            return new Tensor(allocate(offset + spec.bytes()), offset, spec);
        }

        private Copy workspace() {
            Tensor scratch = alone(TensorSpec.rowMajor(DType.UINT8, Math.max(kernel.workspaceBytes(), 1)));
            return new Copy(scratch, scratch);
        }

        private Buffer allocate(long bytes) {
            Buffer buffer = device.allocate(bytes);
            buffers.add(buffer);
            return buffer;
        }

        private static Tensor bytes(Buffer buffer) {
            return new Tensor(buffer, 0, TensorSpec.rowMajor(DType.UINT8, buffer.bytes()));
        }

        @Override
        public long workspaceBytes() {
            return kernel.workspaceBytes();
        }

        @Override
        public long heldBytes() {
            return kernel.heldBytes();
        }

        @Override
        public String algorithm() {
            return kernel.algorithm();
        }

        @Override
        public double errorGrowth() {
            return kernel.errorGrowth();
        }

        @Override
        public void close() {
            kernel.close();
            buffers.forEach(Buffer::close);
        }
    }
}
