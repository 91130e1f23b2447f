package lobule.op;

import java.util.List;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * Gradient of {@link MaxPool}: each window's gradient goes to its largest voxel, the first in (d, h, w) order on ties;
 * all else is 0. The position is found again from x, nothing is stored. Inputs: x (N, C, D, H, W); dy
 * (N, C, D/2, H/2, W/2). Output: dx, like x.
 */
public record MaxPoolBackward() implements Op {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 2, states, 0);
        Shape x = operands.activation("input", inputs.get(0));
        operands.same("output gradient", inputs.get(1), TensorSpec.activation(MaxPool.pooled(operands, x)));
        return List.of(inputs.get(0));
    }
}
