package lobule.op;

import java.util.List;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * Transposed convolution whose stride equals its kernel (2 in the U-Net), so that outputs do not overlap; no bias.
 *
 * <p>Inputs: x (N, Ci, D, H, W); weight (Ci, Co, kD, kH, kW). Output: (N, Co, D*kD, H*kH, W*kW). With {@code
 * concatenated} there is a third input, the concatenation of {@link EncoderOutput} (N, Cs+Co, D*kD, H*kH, W*kW), and
 * the output is like it: its first Cs channels unchanged, the result behind them. Written in place, no channel is
 * copied.
 */
public record TransposedConvolution(boolean concatenated) implements Op, Differentiable {
    private static final int CONCATENATION = 2;

    public TransposedConvolution() {
        this(false);
    }

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, concatenated ? 3 : 2, states, 0);
        Shape x = operands.activation("input", inputs.get(0));
        Shape weight = operands.parameter("weight", inputs.get(1));
        operands.equal("rank of the weight " + weight, weight.rank(), x.rank());
        operands.equal("input channels of the weight " + weight, weight.size(0), x.channels());
        Shape y = x.withChannels(weight.size(1));
        for (int axis = 0; axis < x.spatialRank(); axis++) {
            y = y.withSpatial(axis, Math.multiplyExact(x.spatial(axis), weight.spatial(axis)));
        }
        return List.of(TensorSpec.activation(concatenated ? concatenation(operands, inputs.get(CONCATENATION), y) : y));
    }

    private static Shape concatenation(Operands operands, TensorSpec input, Shape y) {
        Shape concatenation = operands.activation("concatenation", input);
        operands.require(concatenation.channels() > y.channels(), "concatenation", concatenation,
                "more channels than the " + y.channels() + " of the result");
        operands.same("concatenation", input, TensorSpec.activation(y.withChannels(concatenation.channels())));
        return concatenation;
    }

    @Override
    public List<Integer> overwritableInputs() {
        return concatenated ? List.of(CONCATENATION) : List.of();
    }

    @Override
    public void gradient(Tape tape) {
        Value dy = tape.outputGradient(0);
        if (tape.wantsGradient(1)) {
            tape.append("weights", new TransposedConvolutionBackwardWeights(), List.of(tape.input(0), dy), 1);
        }
        if (tape.wantsGradient(0)) {
            tape.inputGradient(0, tape.append("data", new TransposedConvolutionBackwardData(),
                    List.of(dy, tape.input(1))).getFirst());
        }
        if (concatenated && tape.wantsGradient(CONCATENATION)) {
            requireUnreadChannels(tape);
            tape.inputGradient(CONCATENATION, dy);
        }
    }

    /** dy is the concatenation's gradient only where the gradient of what was overwritten, 0, is not read. */
    private static void requireUnreadChannels(Tape tape) {
        long kept = tape.output(0).spec().shape().channels() - tape.original(1).spec().shape().size(1);
        boolean unread = tape.origin(CONCATENATION).filter(origin -> origin.op() instanceof EncoderOutput
                && origin.inputs().getFirst().spec().shape().channels() <= kept).isPresent();
        if (!unread) {
            throw tape.refused(CONCATENATION, "is no EncoderOutput's concatenation with at most " + kept
                    + " channels of its own, so that its gradient would be wrong; use CropConcatenate");
        }
    }
}
