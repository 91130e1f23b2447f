package lobule.runtime;

import java.lang.foreign.MemorySegment;
import java.util.List;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.Kernel;
import lobule.device.Tensor;
import lobule.op.Op;
import lobule.tensor.TensorSpec;

/** Prepares any op without workspace and has no memory: plans networks of any size. */
final class PlanningDevice implements Device {

    @Override
    public String name() {
        return "planning";
    }

    @Override
    public String description() {
        return "no memory, no kernels";
    }

    @Override
    public Kernel prepare(Op op, List<TensorSpec> inputs, List<TensorSpec> states, List<TensorSpec> outputs) {
        op.outputs(inputs, states);
        return operands -> {
            throw new UnsupportedOperationException("kernels of the planning device do not run");
        };
    }

    @Override
    public Buffer allocate(long bytes) {
        throw new UnsupportedOperationException("the planning device has no memory");
    }

    @Override
    public void upload(MemorySegment source, Tensor destination) {
        throw new UnsupportedOperationException("the planning device has no memory");
    }

    @Override
    public void download(Tensor source, MemorySegment destination) {
        throw new UnsupportedOperationException("the planning device has no memory");
    }

    @Override
    public void synchronize() {}

    @Override
    public void close() {}
}
