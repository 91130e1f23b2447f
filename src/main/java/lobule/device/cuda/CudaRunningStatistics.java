package lobule.device.cuda;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;

/** The statistics that inference normalises with. */
final class CudaRunningStatistics implements Kernel {
    private final Kernels kernels;

    CudaRunningStatistics(Kernels kernels) {
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
