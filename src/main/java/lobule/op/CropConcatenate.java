package lobule.op;

import java.util.List;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * The skip connection: the centre of the encoder's output, cropped to the decoder's size, then the decoder's channels.
 *
 * <p>Inputs: skip (N, Cs, D, H, W); up (N, Cu, D', H', W') with D' &lt;= D and so on. Output: (N, Cs+Cu, D', H', W').
 * The crop starts at (D-D')/2, rounded down.
 */
public record CropConcatenate() implements Op, Differentiable {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 2, states, 0);
        Shape skip = operands.activation("skip", inputs.get(0));
        Shape up = operands.activation("up", inputs.get(1));
        operands.equal("rank of up " + up, up.rank(), skip.rank());
        operands.equal("batch of up " + up, up.batch(), skip.batch());
        for (int axis = 0; axis < up.spatialRank(); axis++) {
            operands.require(up.spatial(axis) <= skip.spatial(axis), "up", up, "no larger than skip " + skip);
        }
        return List.of(TensorSpec.activation(up.withChannels(skip.channels() + up.channels())));
    }

    /** First index of the crop along an axis. */
    public static long start(long skip, long up) {
        return (skip - up) / 2;
    }

    @Override
    public void gradient(Tape tape) {
        List<Value> gradients = tape.append("backward", new CropConcatenateBackward(tape.original(0).spec().shape()),
                List.of(tape.outputGradient(0)));
        tape.inputGradient(0, gradients.get(0));
        tape.inputGradient(1, gradients.get(1));
    }
}
