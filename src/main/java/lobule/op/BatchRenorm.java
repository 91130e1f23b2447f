package lobule.op;

import java.util.List;
import java.util.Optional;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * Normalises with given statistics: y = gamma ((x - mu) / sigma r + d) + beta, with {@code relu} max(y, 0), and then
 * {@code dropout} of that.
 *
 * <p>Inputs: x (N, C, D, H, W); statistics (4, C) of {@link BatchRenormStatistics} or {@link RunningStatistics}; gamma
 * (C); beta (C). Output: y, like x. The gradient rule takes the statistics to be those of the batch x itself, with r
 * and d constants, or where they depend on no trained parameter as constants altogether.
 */
public record BatchRenorm(boolean relu, Optional<Dropout> dropout) implements Op, Differentiable {
    private static final int STATISTICS = 1;

    public BatchRenorm(boolean relu) {
        this(relu, Optional.empty());
    }

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        check(Operands.of(this, inputs, 4, states, 0), inputs);
        return List.of(inputs.get(0));
    }

    @Override
    public List<Integer> overwritableInputs() {
        return List.of(0);
    }

    /** The operands that forward and backward pass share: x, statistics, gamma, beta. */
    static void check(Operands operands, List<TensorSpec> inputs) {
        Shape x = operands.activation("input", inputs.get(0));
        operands.rowMajor("statistics", inputs.get(1), DType.FLOAT32, BatchRenormStatistics.ROWS, x.channels());
        operands.rowMajor("gamma", inputs.get(2), DType.FLOAT32, x.channels());
        operands.rowMajor("beta", inputs.get(3), DType.FLOAT32, x.channels());
    }

    @Override
    public void gradient(Tape tape) {
        Value dx = tape.append("backward", new BatchRenormBackward(relu, dropout, fixedStatistics(tape)),
                List.of(tape.input(0), tape.input(1), tape.input(2), tape.input(3), tape.outputGradient(0)), 2, 3)
                .getFirst();
        tape.inputGradient(0, dx);
    }

    /** Whether the statistics are constants; those of x itself are not, and the gradient of x includes theirs. */
    static boolean fixedStatistics(Tape tape) {
        if (!tape.wantsGradient(STATISTICS)) {
            return true;
        }
        boolean own = tape.origin(STATISTICS).filter(origin -> origin.op() instanceof BatchRenormStatistics
                && origin.inputs().getFirst().equals(tape.original(0))).isPresent();
        if (!own) {
            throw tape.refused(STATISTICS, "depends on trained parameters without being the BatchRenormStatistics of "
                    + tape.original(0) + ", and has no gradient; normalise with the input's own, or with constants");
        }
        tape.includes(STATISTICS);
        return false;
    }
}
