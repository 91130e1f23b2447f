package lobule.device.cuda.voxels;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.kernel.Extents;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.device.cuda.kernel.PoolWindows;
import lobule.tensor.Shape;

/** Largest voxel of each window. */
public final class CudaMaxPool implements Kernel {
    private final Kernels kernels;

    public CudaMaxPool(Kernels kernels) {
        this.kernels = kernels;
    }

    @Override
    public Launch bind(Operands operands) {
        Shape x = operands.input(0).spec().shape();
        Extents extents = Extents.of(x);
        PoolWindows windows = PoolWindows.of(x);
        KernelCall call = kernels.call("max_pool", "max_pool_forward").tensors(operands.output(0), operands.input(0))
                .sizes(extents.depth(), extents.height(), extents.width(), windows.depth(), windows.chunks())
                .build(windows.blocks());
        return step -> call.launch();
    }
}
