package lobule.op;

import java.util.List;
import lobule.tensor.DType;
import lobule.tensor.TensorSpec;

/**
 * One step of stochastic gradient descent with Nesterov momentum: v = momentum v + g; parameter -= rate (g + momentum
 * v). Scaling and clipping as of {@link Adam}.
 *
 * <p>Inputs: gradient; norm (1) of {@link GradientNorm}. States: parameter, velocity, both like gradient.
 *
 * @param clipNorm largest norm, or infinity
 */
public record NesterovMomentum(double momentum, double clipNorm) implements Op {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 2, states, 2);
        operands.parameter("gradient", inputs.get(0));
        operands.rowMajor("norm", inputs.get(1), DType.FLOAT32, 1);
        operands.same("parameter", states.get(0), inputs.get(0));
        operands.same("velocity", states.get(1), inputs.get(0));
        return List.of();
    }
}
