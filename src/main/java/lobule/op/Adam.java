package lobule.op;

import java.util.List;
import lobule.tensor.TensorSpec;

/**
 * One Adam update (Kingma and Ba 2015) of any number of parameters, bias-corrected, epsilon outside the root; learning
 * rate, step count and gradient scale come with the step. The gradients are scaled down where the norm of all exceeds
 * {@code clipNorm}; where that norm is not finite nothing is updated.
 *
 * <p>Inputs: the gradients; norm (1) of {@link GradientNorm}. States, for each gradient: parameter, first moment,
 * second moment, all like it.
 *
 * @param clipNorm largest norm, or infinity
 */
public record Adam(double beta1, double beta2, double epsilon, double clipNorm) implements Op {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands.ofUpdate(this, inputs, states, "parameter", "first moment", "second moment");
        return List.of();
    }
}
