package lobule.device.cuda.voxels;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.kernel.Extents;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.device.cuda.kernel.PlaneTiles;
import lobule.tensor.Shape;

/** The skip connection: the skip's centre, then the decoder's channels. */
public final class CudaCropConcatenate implements Kernel {
    private final Kernels kernels;

    public CudaCropConcatenate(Kernels kernels) {
        this.kernels = kernels;
    }

    @Override
    public Launch bind(Operands operands) {
        Shape skip = operands.input(0).spec().shape();
        Shape up = operands.input(1).spec().shape();
        Extents from = Extents.of(skip);
        Extents to = Extents.of(up);
        PlaneTiles tiles = PlaneTiles.of(to);
        KernelCall call = kernels.call("crop_concatenate", "crop_concatenate")
                .tensors(operands.output(0), operands.input(0), operands.input(1))
                .sizes(skip.channels(), up.channels(), from.depth(), from.height(), from.width(), to.depth(),
                        to.height(), to.width(), tiles.rows(), tiles.columns())
                .build(up.batch() * (skip.channels() + up.channels()) * to.depth() * tiles.count());
        return step -> call.launch();
    }
}
