package lobule.op;

import java.util.List;
import lobule.tensor.DType;
import lobule.tensor.TensorSpec;

/**
 * The statistics that inference normalises with: running mean and deviation, r = 1, d = 0. Inputs: running mean (C),
 * running standard deviation (C). Output: statistics (4, C) as of {@link BatchRenormStatistics}.
 */
public record RunningStatistics() implements Op {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 2, states, 0);
        operands.equal("rank of the running mean", inputs.get(0).shape().rank(), 1);
        long channels = inputs.get(0).shape().size(0);
        operands.rowMajor("running mean", inputs.get(0), DType.FLOAT32, channels);
        operands.rowMajor("running deviation", inputs.get(1), DType.FLOAT32, channels);
        return List.of(TensorSpec.rowMajor(BatchRenormStatistics.ROWS, channels));
    }
}
