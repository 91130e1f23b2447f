package lobule.device.cuda.update;

import java.util.List;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.Staging;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.op.Adam;
import lobule.tensor.TensorSpec;

/** Adam, one pass over all gradients, parameters and both their moments. */
public final class CudaAdam extends CudaUpdate {
    private static final int STATES = 3;

    private final Adam op;

    /** @param context null, and staging too, where kernels are only prepared */
    public CudaAdam(CudaContext context, Staging staging, Kernels kernels, Adam op, List<TensorSpec> inputs) {
        super(context, staging, kernels, inputs, STATES);
        this.op = op;
    }

    @Override
    public Launch bind(Operands operands) {
        KernelCall.Builder call = start("adam", operands);
        int rate = call.next();
        call.scalars(0, 1, op.beta1(), op.beta2(), op.epsilon(), op.clipNorm());
        int gradientScale = call.next();
        KernelCall update = call.scalars(1).build(blocks());
        return step -> {
            update.set(rate, step.learningRate / (1 - Math.pow(op.beta1(), step.optimizerStep)));
            update.set(rate + 1, 1 / (1 - Math.pow(op.beta2(), step.optimizerStep)));
            update.set(gradientScale, step.gradientScale);
            update.launch();
        };
    }
}
