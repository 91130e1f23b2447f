package lobule.device.cuda.update;

import java.util.List;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.driver.Staging;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.tensor.TensorSpec;

/** Squares the chunks of all tensors in one launch, then adds them up. */
public final class CudaGradientNorm implements Kernel {
    private final Kernels kernels;
    private final TensorTable table;

    /** @param context null, and staging too, where kernels are only prepared */
    public CudaGradientNorm(CudaContext context, Staging staging, Kernels kernels, List<TensorSpec> gradients) {
        this.kernels = kernels;
        this.table = new TensorTable(context, staging, gradients);
    }

    @Override
    public long workspaceBytes() {
        return table.chunks() * Double.BYTES;
    }

    @Override
    public long heldBytes() {
        return table.bytes();
    }

    @Override
    public Launch bind(Operands operands) {
        DevicePointer partial = DeviceBuffer.workspace(operands);
        table.write(operands.inputs().stream().map(List::of).toList());
        KernelCall squares = kernels.call("gradient_norm", "gradient_norm_partial").pointers(partial, table.pointer())
                .sizes(table.rows()).build(table.chunks());
        KernelCall.Builder finish = kernels.call("gradient_norm", "gradient_norm_finish").tensors(operands.output(0))
                .pointers(partial).sizes(table.chunks());
        int scale = finish.next();
        KernelCall root = finish.scalars(1).build(1);
        return step -> {
            squares.launch();
            root.set(scale, step.gradientScale);
            root.launch();
        };
    }

    @Override
    public void close() {
        table.close();
    }
}
