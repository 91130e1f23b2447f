package lobule.op;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * The end of an encoder level: y = max(renorm(x), 0) as {@link BatchRenorm}, of which only what is read later is
 * written: {@link MaxPool} of y for the next level, and the centre of y for the decoder. y itself, the largest tensor
 * of a level, never exists.
 *
 * <p>Inputs: x (N, Cs, D, H, W); statistics (4, Cs); gamma (Cs); beta (Cs). Outputs: pooled (N, Cs, D/2, H/2, W/2); the
 * concatenation (N, Cs+Cu, D', H', W'), whose first Cs channels are y from (D-D')/2 on, rounded down. The others are to
 * be written by {@link TransposedConvolution}.
 *
 * @param concatenation shape of the second output
 * @param cleared       whether its other channels are set to 0; else they may hold anything, and must be written before
 *                      they are read
 */
public record EncoderOutput(Shape concatenation, boolean cleared) implements Op, Differentiable {
    private static final int POOLED = 0;
    private static final int CONCATENATION = 1;

    public EncoderOutput(Shape concatenation) {
        this(concatenation, true);
    }

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 4, states, 0);
        BatchRenorm.check(operands, inputs);
        Shape x = inputs.get(0).shape();
        checkConcatenation(operands, x, concatenation);
        return List.of(TensorSpec.activation(MaxPool.pooled(operands, x)), TensorSpec.activation(concatenation));
    }

    static void checkConcatenation(Operands operands, Shape x, Shape concatenation) {
        operands.equal("rank of the concatenation " + concatenation, concatenation.rank(), x.rank());
        operands.equal("batch of the concatenation " + concatenation, concatenation.batch(), x.batch());
        operands.require(concatenation.channels() > x.channels(), "concatenation", concatenation,
                "more channels than the input " + x);
        for (int axis = 0; axis < x.spatialRank(); axis++) {
            operands.require(concatenation.spatial(axis) <= x.spatial(axis), "concatenation", concatenation,
                    "no larger than the input " + x);
        }
    }

    @Override
    public void gradient(Tape tape) {
        boolean fixed = BatchRenorm.fixedStatistics(tape);
        List<Value> operands = List.of(tape.input(0), tape.input(1), tape.input(2), tape.input(3));
        Value dx;
        if (tape.isReached(POOLED) && tape.isReached(CONCATENATION)) {
            dx = tape.append("backward", new EncoderOutputBackward(fixed),
                    and(operands, tape.outputGradient(POOLED), tape.outputGradient(CONCATENATION)), 2, 3).getFirst();
        } else {
            Value dy = tape.isReached(POOLED) ? throughPooling(tape, operands) : throughCrop(tape);
            dx = tape.append("backward", new BatchRenormBackward(true, Optional.empty(), fixed), and(operands, dy),
                    2, 3).getFirst();
        }
        tape.inputGradient(0, dx);
    }

    /** dy where the concatenation is not used: as of a {@link BatchRenorm} and a {@link MaxPool}. */
    private static Value throughPooling(Tape tape, List<Value> operands) {
        Value y = tape.append("normalised", new BatchRenorm(true), operands).getFirst();
        return tape.append("pooled", new MaxPoolBackward(), List.of(y, tape.outputGradient(POOLED))).getFirst();
    }

    /** dy where pooled is not used: as of a {@link BatchRenorm} and a {@link CropConcatenate}. */
    private static Value throughCrop(Tape tape) {
        return tape.append("crop", new CropConcatenateBackward(tape.original(0).spec().shape()),
                List.of(tape.outputGradient(CONCATENATION))).getFirst();
    }

    private static List<Value> and(List<Value> operands, Value... gradients) {
        return Stream.concat(operands.stream(), Stream.of(gradients)).toList();
    }
}
