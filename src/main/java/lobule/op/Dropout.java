package lobule.op;

import java.util.List;
import lobule.tensor.TensorSpec;

/**
 * Elementwise inverted dropout: y = x / (1 - rate) where the mask keeps, else 0. Input: x (N, C, D, H, W); output: like
 * x.
 *
 * <p>The mask is never stored: Philox4x32-10 with the run's seed as key and counter (64-bit voxel * ceil(C/4) +
 * channel/4, {@code index}, micro-step), lane = channel mod 4, voxel = linear index over (N, D, H, W); kept where the
 * 32-bit word is at least rate * 2^32. It is linear in x, so its gradient is the same op on dy.
 *
 * @param index which dropout of the network this is; gives each its own random stream
 */
public record Dropout(double rate, int index) implements Op, Differentiable {
    public Dropout {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException("Dropout: rate is " + rate + ", expected at least 0 and below 1");
        }
    }

    /** Words below this are dropped, as an unsigned 32-bit number. */
    public long threshold() {
        return Math.round(rate * 0x1p32);
    }

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands.of(this, inputs, 1, states, 0).activation("input", inputs.get(0));
        return List.of(inputs.get(0));
    }

    @Override
    public List<Integer> overwritableInputs() {
        return List.of(0);
    }

    @Override
    public void gradient(Tape tape) {
        tape.inputGradient(0, tape.append("backward", this, List.of(tape.outputGradient(0))).getFirst());
    }
}
