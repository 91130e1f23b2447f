package lobule.op;

import java.util.List;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * Gradient of {@link CropConcatenate}. Input: dy (N, Cs+Cu, D', H', W'). Outputs: dskip of shape {@code skip}, 0
 * outside the crop; dup (N, Cu, D', H', W').
 *
 * @param skip shape of the forward op's first input
 */
public record CropConcatenateBackward(Shape skip) implements Op {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 1, states, 0);
        Shape dy = operands.activation("output gradient", inputs.get(0));
        operands.require(dy.channels() > skip.channels(), "output gradient", dy, "more channels than skip " + skip);
        operands.equal("rank of the output gradient " + dy, dy.rank(), skip.rank());
        operands.equal("batch of the output gradient " + dy, dy.batch(), skip.batch());
        for (int axis = 0; axis < dy.spatialRank(); axis++) {
            operands.require(dy.spatial(axis) <= skip.spatial(axis), "output gradient", dy,
                    "no larger than skip " + skip);
        }
        return List.of(TensorSpec.activation(skip),
                TensorSpec.activation(dy.withChannels(dy.channels() - skip.channels())));
    }
}
