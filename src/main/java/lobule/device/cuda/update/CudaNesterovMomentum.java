package lobule.device.cuda.update;

import java.util.List;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.Staging;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.op.NesterovMomentum;
import lobule.tensor.TensorSpec;

/** Gradient descent with Nesterov momentum, one pass over all gradients, parameters and velocities. */
public final class CudaNesterovMomentum extends CudaUpdate {
    private static final int STATES = 2;

    private final NesterovMomentum op;

    /** @param context null, and staging too, where kernels are only prepared */
    public CudaNesterovMomentum(CudaContext context, Staging staging, Kernels kernels, NesterovMomentum op,
                                List<TensorSpec> inputs) {
        super(context, staging, kernels, inputs, STATES);
        this.op = op;
    }

    @Override
    public Launch bind(Operands operands) {
        KernelCall.Builder call = start("nesterov", operands);
        int rate = call.next();
        call.scalars(0, op.momentum(), op.clipNorm());
        int gradientScale = call.next();
        KernelCall update = call.scalars(1).build(blocks());
        return step -> {
            update.set(rate, step.learningRate);
            update.set(gradientScale, step.gradientScale);
            update.launch();
        };
    }
}
