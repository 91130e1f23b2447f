package lobule.device.cuda;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.DeviceUnavailableException;
import lobule.device.Kernel;
import lobule.device.Tensor;
import lobule.device.cuda.convolution.ConvolutionGeometry;
import lobule.device.cuda.convolution.ConvolutionKernel;
import lobule.device.cuda.convolution.ConvolutionPass;
import lobule.device.cuda.convolution.PlannedConvolution;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.kernel.Kernels;
import lobule.device.cuda.options.CudaOptions;
import lobule.op.Op;
import lobule.tensor.TensorSpec;

/**
 * Prepares ops as {@link CudaDevice} does, without a GPU, so that memory can be planned anywhere. The workspace of own
 * kernels is what they need; every convolution is given the limit, which no algorithm chosen on a GPU exceeds. There is
 * no memory, and nothing runs.
 */
public final class CudaPlanningDevice implements Device {
    private final long workspaceLimitBytes;
    private final OpKernels ops;

    /** @param workspaceLimitBytes as {@link CudaOptions#workspaceLimitBytes} */
    public CudaPlanningDevice(long workspaceLimitBytes) {
        this.workspaceLimitBytes = workspaceLimitBytes;
        this.ops = new OpKernels(null, null, Kernels.unloaded(), this::convolution, null, Set.of());
    }

    private ConvolutionKernel convolution(ConvolutionPass pass, ConvolutionGeometry geometry) {
        geometry.requireAddressable();
        return new PlannedConvolution(pass, geometry, Math.addExact(geometry.copyBytes(), workspaceLimitBytes));
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public String description() {
        return "planned without a GPU, " + (workspaceLimitBytes >> 20) + " MiB of workspace for every convolution";
    }

    @Override
    public Kernel prepare(Op op, List<TensorSpec> inputs, List<TensorSpec> states, List<TensorSpec> outputs) {
        op.check(inputs, states, outputs);
        return ops.kernel(op, inputs, states, outputs);
    }

    @Override
    public long takenBytes(List<Long> allocations) {
        return DeviceBuffer.takenBytes(allocations);
    }

    @Override
    public boolean prefetches() {
        return true;
    }

    @Override
    public Buffer allocate(long bytes) {
        throw noGpu();
    }

    @Override
    public void upload(MemorySegment source, Tensor destination) {
        throw noGpu();
    }

    @Override
    public void download(Tensor source, MemorySegment destination) {
        throw noGpu();
    }

    private static DeviceUnavailableException noGpu() {
        return new DeviceUnavailableException("device cuda was opened to plan, without a GPU: it has no memory", null);
    }

    @Override
    public void synchronize() {}

    @Override
    public void close() {}
}
