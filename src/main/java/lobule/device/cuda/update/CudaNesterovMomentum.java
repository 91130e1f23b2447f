package lobule.device.cuda.update;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.op.NesterovMomentum;

/** Gradient descent with Nesterov momentum, one pass over gradient, parameter and velocity. */
public final class CudaNesterovMomentum implements Kernel {
    private final Kernels kernels;
    private final NesterovMomentum op;

    public CudaNesterovMomentum(Kernels kernels, NesterovMomentum op) {
        this.kernels = kernels;
        this.op = op;
    }

    @Override
    public Launch bind(Operands operands) {
        long elements = operands.input(0).spec().shape().elements();
        KernelCall.Builder call = kernels.call("nesterov", "nesterov")
                .tensors(operands.state(0), operands.state(1), operands.input(0), operands.input(1)).sizes(elements);
        int rate = call.next();
        call.scalars(0, op.momentum(), op.clipNorm());
        int gradientScale = call.next();
        KernelCall update = call.scalars(1).build(kernels.blocks(elements));
        return step -> {
            update.set(rate, step.learningRate);
            update.set(gradientScale, step.gradientScale);
            update.launch();
        };
    }
}
