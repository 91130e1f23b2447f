package lobule.op;

import java.util.List;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * Gradient of {@link TransposedConvolution} with respect to its input: a convolution with stride = kernel. Inputs: dy
 * (N, Cs+Co, D*kD, H*kH, W*kW), of which the last Co channels count; weight (Ci, Co, kD, kH, kW). Output: dx
 * (N, Ci, D, H, W).
 */
public record TransposedConvolutionBackwardData() implements Op {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 2, states, 0);
        Shape dy = operands.activation("output gradient", inputs.get(0));
        Shape weight = operands.parameter("weight", inputs.get(1));
        operands.equal("rank of the weight " + weight, weight.rank(), dy.rank());
        operands.require(weight.size(1) <= dy.channels(), "output gradient", dy,
                "at least the output channels of the weight " + weight);
        Shape dx = dy.withChannels(weight.size(0));
        for (int axis = 0; axis < dy.spatialRank(); axis++) {
            operands.equal("remainder of " + dy + " by the kernel " + weight,
                    dy.spatial(axis) % weight.spatial(axis), 0);
            dx = dx.withSpatial(axis, dy.spatial(axis) / weight.spatial(axis));
        }
        return List.of(TensorSpec.activation(dx));
    }
}
