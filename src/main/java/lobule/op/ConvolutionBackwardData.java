package lobule.op;

import java.util.List;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * Gradient of {@link Convolution} with respect to its input. Inputs: dy (N, Co, D', H', W'); weight
 * (Co, Ci, kD, kH, kW). Output: dx (N, Ci, D'+kD-1, H'+kH-1, W'+kW-1).
 */
public record ConvolutionBackwardData() implements Op {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 2, states, 0);
        Shape dy = operands.activation("output gradient", inputs.get(0));
        Shape weight = operands.parameter("weight", inputs.get(1));
        operands.equal("rank of the weight " + weight, weight.rank(), dy.rank());
        operands.equal("output channels of the weight " + weight, weight.size(0), dy.channels());
        Shape dx = dy.withChannels(weight.size(1));
        for (int axis = 0; axis < dy.spatialRank(); axis++) {
            dx = dx.withSpatial(axis, dy.spatial(axis) + weight.spatial(axis) - 1);
        }
        return List.of(TensorSpec.activation(dx));
    }
}
