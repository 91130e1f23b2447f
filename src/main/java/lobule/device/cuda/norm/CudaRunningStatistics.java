package lobule.device.cuda.norm;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;

/** The statistics that inference normalises with. */
public final class CudaRunningStatistics implements Kernel {
    private final Kernels kernels;

    public CudaRunningStatistics(Kernels kernels) {
        this.kernels = kernels;
    }

    @Override
    public Launch bind(Operands operands) {
        long channels = operands.input(0).spec().shape().elements();
        KernelCall call = kernels.call("batch_renorm", "running_statistics")
                .tensors(operands.output(0), operands.input(0), operands.input(1)).sizes(channels)
                .build(kernels.blocks(channels));
        return step -> call.launch();
    }
}
