package lobule.op;

import java.util.List;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * Valid cross-correlation with stride 1, as deep learning calls convolution.
 *
 * <p>Inputs: x (N, Ci, D, H, W); weight (Co, Ci, kD, kH, kW); with {@code bias} also bias (Co). Output:
 * (N, Co, D-kD+1, H-kH+1, W-kW+1). In 2D without D.
 */
public record Convolution(boolean bias) implements Op, Differentiable {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, bias ? 3 : 2, states, 0);
        Shape x = operands.activation("input", inputs.get(0));
        Shape weight = operands.parameter("weight", inputs.get(1));
        operands.equal("rank of the weight " + weight, weight.rank(), x.rank());
        operands.equal("input channels of the weight " + weight, weight.size(1), x.channels());
        if (bias) {
            operands.rowMajor("bias", inputs.get(2), DType.FLOAT32, weight.size(0));
        }
        Shape y = x.withChannels(weight.size(0));
        for (int axis = 0; axis < x.spatialRank(); axis++) {
            operands.require(x.spatial(axis) >= weight.spatial(axis), "input", x, "at least the kernel " + weight);
            y = y.withSpatial(axis, x.spatial(axis) - weight.spatial(axis) + 1);
        }
        return List.of(TensorSpec.activation(y));
    }

    @Override
    public void gradient(Tape tape) {
        Value dy = tape.outputGradient(0);
        if (bias && tape.wantsGradient(2)) {
            tape.append("weights", new ConvolutionBackwardWeights(true), List.of(tape.input(0), dy), 1, 2);
        } else if (tape.wantsGradient(1)) {
            tape.append("weights", new ConvolutionBackwardWeights(false), List.of(tape.input(0), dy), 1);
        }
        if (tape.wantsGradient(0)) {
            tape.inputGradient(0, tape.append("data", new ConvolutionBackwardData(), List.of(dy, tape.input(1)))
                    .getFirst());
        }
    }
}
