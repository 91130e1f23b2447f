package lobule.device.cuda.voxels;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.kernel.Extents;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.device.cuda.kernel.PlaneTiles;
import lobule.tensor.Shape;

/** Takes the gradient of a skip connection apart. */
public final class CudaCropConcatenateBackward implements Kernel {
    private final Kernels kernels;

    public CudaCropConcatenateBackward(Kernels kernels) {
        this.kernels = kernels;
    }

    @Override
    public Launch bind(Operands operands) {
        Shape skip = operands.output(0).spec().shape();
        Shape up = operands.output(1).spec().shape();
        KernelCall toSkip = toSkip(operands, skip, up);
        Extents extents = Extents.of(up);
        PlaneTiles tiles = PlaneTiles.of(extents);
        KernelCall toUp = kernels.call("crop_concatenate", "crop_concatenate_backward_up")
                .tensors(operands.output(1), operands.input(0))
                .sizes(skip.channels(), up.channels(), extents.depth(), extents.height(), extents.width(), tiles.rows(),
                        tiles.columns())
                .build(up.batch() * up.channels() * extents.depth() * tiles.count());
        return step -> {
            toSkip.launch();
            toUp.launch();
        };
    }

    private KernelCall toSkip(Operands operands, Shape skip, Shape up) {
        Extents to = Extents.of(skip);
        Extents from = Extents.of(up);
        PlaneTiles tiles = PlaneTiles.of(to);
        return kernels.call("crop_concatenate", "crop_concatenate_backward_skip")
                .tensors(operands.output(0), operands.input(0))
                .sizes(skip.channels(), up.channels(), to.depth(), to.height(), to.width(), from.depth(), from.height(),
                        from.width(), tiles.rows(), tiles.columns())
                .build(skip.batch() * skip.channels() * to.depth() * tiles.count());
    }
}
