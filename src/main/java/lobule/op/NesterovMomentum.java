package lobule.op;

import java.util.List;
import lobule.tensor.TensorSpec;

/**
 * One step of stochastic gradient descent with Nesterov momentum for any number of parameters: v = momentum v + g;
 * parameter -= rate (g + momentum v). Scaling and clipping as of {@link Adam}.
 *
 * <p>Inputs: the gradients; norm (1) of {@link GradientNorm}. States, for each gradient: parameter, velocity, both like
 * it.
 *
 * @param clipNorm largest norm, or infinity
 */
public record NesterovMomentum(double momentum, double clipNorm) implements Op {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands.ofUpdate(this, inputs, states, "parameter", "velocity");
        return List.of();
    }
}
