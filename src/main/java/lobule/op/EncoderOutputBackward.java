package lobule.op;

import java.util.List;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * Gradient of {@link EncoderOutput}: dy is the pooled gradient at the first largest voxel of each window, plus the
 * concatenation's in the crop; from it dx as in {@link BatchRenormBackward}.
 *
 * <p>Inputs: x (N, Cs, D, H, W); statistics (4, Cs); gamma (Cs); beta (Cs); gradient of pooled (N, Cs, D/2, H/2, W/2);
 * gradient of the concatenation (N, Cs+Cu, D', H', W'), of which the first Cs channels count. States: dgamma (Cs),
 * dbeta (Cs), added to or overwritten on the first mini-batch. Output: dx, like x.
 *
 * @param fixed the statistics are constants
 */
public record EncoderOutputBackward(boolean fixed) implements Op {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 6, states, 2);
        BatchRenorm.check(operands, inputs);
        Shape x = inputs.get(0).shape();
        operands.same("gradient of pooled", inputs.get(4), TensorSpec.activation(MaxPool.pooled(operands, x)));
        EncoderOutput.checkConcatenation(operands, x, operands.activation("concatenation", inputs.get(5)));
        operands.rowMajor("gamma gradient", states.get(0), DType.FLOAT32, x.channels());
        operands.rowMajor("beta gradient", states.get(1), DType.FLOAT32, x.channels());
        return List.of(inputs.get(0));
    }

    @Override
    public List<Integer> overwritableInputs() {
        return List.of(0);
    }
}
