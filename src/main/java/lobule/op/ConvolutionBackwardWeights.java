package lobule.op;

import java.util.List;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * Gradient of {@link Convolution} with respect to weight and bias. Inputs: x (N, Ci, D, H, W); dy
 * (N, Co, D', H', W'). States: gradient of the weight (Co, Ci, D-D'+1, H-H'+1, W-W'+1) and, with {@code bias}, of the
 * bias (Co); both are added to, or overwritten on the first mini-batch of a step.
 */
public record ConvolutionBackwardWeights(boolean bias) implements Op {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 2, states, bias ? 2 : 1);
        Shape x = operands.activation("input", inputs.get(0));
        Shape dy = operands.activation("output gradient", inputs.get(1));
        Shape weight = operands.parameter("weight gradient", states.get(0));
        operands.equal("rank of the output gradient " + dy, dy.rank(), x.rank());
        operands.equal("batch of the output gradient " + dy, dy.batch(), x.batch());
        operands.equal("rank of the weight gradient " + weight, weight.rank(), x.rank());
        operands.equal("output channels of the weight gradient " + weight, weight.size(0), dy.channels());
        operands.equal("input channels of the weight gradient " + weight, weight.size(1), x.channels());
        for (int axis = 0; axis < x.spatialRank(); axis++) {
            operands.equal("kernel of the weight gradient " + weight, weight.spatial(axis),
                    x.spatial(axis) - dy.spatial(axis) + 1);
        }
        if (bias) {
            operands.rowMajor("bias gradient", states.get(1), DType.FLOAT32, dy.channels());
        }
        return List.of();
    }
}
