package lobule.op;

import java.util.List;
import lobule.tensor.DType;
import lobule.tensor.TensorSpec;

/**
 * One Adam update (Kingma and Ba 2015), bias-corrected, epsilon outside the root; learning rate, step count and
 * gradient scale come with the step. The gradient is scaled down where the norm of all gradients exceeds {@code
 * clipNorm}; where that norm is not finite nothing is updated.
 *
 * <p>Inputs: gradient; norm (1) of {@link GradientNorm}. States: parameter, first moment, second moment, all like
 * gradient.
 *
 * @param clipNorm largest norm, or infinity
 */
public record Adam(double beta1, double beta2, double epsilon, double clipNorm) implements Op {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 2, states, 3);
        operands.parameter("gradient", inputs.get(0));
        operands.rowMajor("norm", inputs.get(1), DType.FLOAT32, 1);
        operands.same("parameter", states.get(0), inputs.get(0));
        operands.same("first moment", states.get(1), inputs.get(0));
        operands.same("second moment", states.get(2), inputs.get(0));
        return List.of();
    }
}
