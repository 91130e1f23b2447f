package lobule.op;

import java.util.List;
import lobule.tensor.DType;
import lobule.tensor.Layout;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/** Checks of the shape rules, with messages that name the op, the operand and both values. */
final class Operands {
    private final Op op;

    private Operands(Op op) {
        this.op = op;
    }

    static Operands of(Op op, List<TensorSpec> inputs, int inputCount, List<TensorSpec> states, int stateCount) {
        Operands operands = new Operands(op);
        operands.equal("number of inputs", inputs.size(), inputCount);
        operands.equal("number of states", states.size(), stateCount);
        return operands;
    }

    /** Gradients and their norm, and for each gradient states of these names, like it. */
    static void ofUpdate(Op op, List<TensorSpec> inputs, List<TensorSpec> states, String... names) {
        int gradients = Math.max(inputs.size() - 1, 1);
        Operands operands = of(op, inputs, gradients + 1, states, gradients * names.length);
        operands.rowMajor("norm", inputs.getLast(), DType.FLOAT32, 1);
        for (int i = 0; i < gradients; i++) {
            operands.parameter("gradient", inputs.get(i));
            for (int state = 0; state < names.length; state++) {
                operands.same(names[state], states.get(i * names.length + state), inputs.get(i));
            }
        }
    }

    Shape activation(String operand, TensorSpec spec) {
        require(spec.layout() == Layout.ACTIVATION && spec.type() == DType.FLOAT32
                        && (spec.shape().rank() == 4 || spec.shape().rank() == 5),
                operand, spec, "a float32 activation (N,C,H,W) or (N,C,D,H,W)");
        return spec.shape();
    }

    void rowMajor(String operand, TensorSpec spec, DType type, long... sizes) {
        require(spec.equals(TensorSpec.rowMajor(type, sizes)), operand, spec, "row-major "
                + TensorSpec.rowMajor(type, sizes));
    }

    /** A float32 parameter of any sizes. */
    Shape parameter(String operand, TensorSpec spec) {
        require(spec.layout() == Layout.ROW_MAJOR && spec.type() == DType.FLOAT32, operand, spec,
                "a row-major float32 tensor");
        return spec.shape();
    }

    void same(String operand, TensorSpec actual, TensorSpec expected) {
        require(actual.equals(expected), operand, actual, expected.toString());
    }

    void equal(String what, long actual, long expected) {
        require(actual == expected, what, actual, String.valueOf(expected));
    }

    void require(boolean holds, String operand, Object actual, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(op.label() + ": " + operand + " is " + actual + ", expected "
                    + expected);
        }
    }

    /** Labels of a segmentation: (N, D, H, W) for logits (N, C, D, H, W). */
    void labels(TensorSpec labels, Shape logits) {
        require(labels.equals(new TensorSpec(logits.without(1), DType.UINT8, Layout.ROW_MAJOR)),
                "target", labels, "UINT8" + logits.without(1));
    }
}
