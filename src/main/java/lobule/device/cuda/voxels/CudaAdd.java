package lobule.device.cuda.voxels;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;

/** Sum of two tensors. */
public final class CudaAdd implements Kernel {
    private final Kernels kernels;

    public CudaAdd(Kernels kernels) {
        this.kernels = kernels;
    }

    @Override
    public Launch bind(Operands operands) {
        long elements = operands.output(0).spec().shape().elements();
        long chunks = Kernels.chunks(elements);
        KernelCall call = kernels.call("elementwise", "add")
                .tensors(operands.output(0), operands.input(0), operands.input(1)).sizes(elements, chunks)
                .build(chunks);
        return step -> call.launch();
    }
}
