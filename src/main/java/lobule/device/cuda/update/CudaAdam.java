package lobule.device.cuda.update;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.op.Adam;

/** Adam, one pass over gradient, parameter and both moments. */
public final class CudaAdam implements Kernel {
    private final Kernels kernels;
    private final Adam op;

    public CudaAdam(Kernels kernels, Adam op) {
        this.kernels = kernels;
        this.op = op;
    }

    @Override
    public Launch bind(Operands operands) {
        long elements = operands.input(0).spec().shape().elements();
        KernelCall.Builder call = kernels.call("adam", "adam")
                .tensors(operands.state(0), operands.state(1), operands.state(2), operands.input(0), operands.input(1))
                .sizes(elements);
        int rate = call.next();
        call.scalars(0, 1, op.beta1(), op.beta2(), op.epsilon(), op.clipNorm());
        int gradientScale = call.next();
        KernelCall update = call.scalars(1).build(kernels.blocks(elements));
        return step -> {
            update.set(rate, step.learningRate / (1 - Math.pow(op.beta1(), step.optimizerStep)));
            update.set(rate + 1, 1 / (1 - Math.pow(op.beta2(), step.optimizerStep)));
            update.set(gradientScale, step.gradientScale);
            update.launch();
        };
    }
}
