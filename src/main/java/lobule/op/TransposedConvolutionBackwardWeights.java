package lobule.op;

import java.util.List;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * Gradient of {@link TransposedConvolution} with respect to its weight. Inputs: x (N, Ci, D, H, W); dy
 * (N, Cs+Co, D*kD, H*kH, W*kW), of which the last Co channels count. State: gradient of the weight
 * (Ci, Co, kD, kH, kW), added to, or overwritten on the first mini-batch of a step.
 */
public record TransposedConvolutionBackwardWeights() implements Op {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 2, states, 1);
        Shape x = operands.activation("input", inputs.get(0));
        Shape dy = operands.activation("output gradient", inputs.get(1));
        Shape weight = operands.parameter("weight gradient", states.get(0));
        operands.equal("rank of the output gradient " + dy, dy.rank(), x.rank());
        operands.equal("batch of the output gradient " + dy, dy.batch(), x.batch());
        operands.equal("rank of the weight gradient " + weight, weight.rank(), x.rank());
        operands.equal("input channels of the weight gradient " + weight, weight.size(0), x.channels());
        operands.require(weight.size(1) <= dy.channels(), "output gradient", dy,
                "at least the output channels of the weight gradient " + weight);
        for (int axis = 0; axis < x.spatialRank(); axis++) {
            operands.equal("size of the output gradient " + dy, dy.spatial(axis),
                    x.spatial(axis) * weight.spatial(axis));
        }
        return List.of();
    }
}
