package lobule.device.cuda;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.tensor.Shape;

/** Gives each window's gradient to its largest voxel, found again from x. */
final class CudaMaxPoolBackward implements Kernel {
    private final Kernels kernels;

    CudaMaxPoolBackward(Kernels kernels) {
        this.kernels = kernels;
    }

    @Override
    public Launch bind(Operands operands) {
        Shape x = operands.input(0).spec().shape();
        Extents extents = Extents.of(x);
        PoolWindows windows = PoolWindows.of(x);
        KernelCall call = kernels.call("max_pool", "max_pool_backward")
                .tensors(operands.output(0), operands.input(0), operands.input(1))
                .sizes(extents.depth(), extents.height(), extents.width(), windows.depth(), windows.chunks())
                .build(windows.blocks());
        return step -> call.launch();
    }
}
