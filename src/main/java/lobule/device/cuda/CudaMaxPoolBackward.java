package lobule.device.cuda;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.op.MaxPool;
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
        long windowDepth = CudaMaxPool.windowDepth(x);
        // windows that an odd last slice, row or column begins are counted: their voxels get 0
        long chunks = Kernels.chunks(Math.ceilDiv(extents.height(), MaxPool.WINDOW)
                * Math.ceilDiv(extents.width(), MaxPool.WINDOW));
        KernelCall call = kernels.call("max_pool", "max_pool_backward")
                .tensors(operands.output(0), operands.input(0), operands.input(1))
                .sizes(extents.depth(), extents.height(), extents.width(), windowDepth, chunks)
                .build(x.batch() * x.channels() * Math.ceilDiv(extents.depth(), windowDepth) * chunks);
        return step -> call.launch();
    }
}
