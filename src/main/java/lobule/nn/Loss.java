package lobule.nn;

import java.util.List;
import lobule.op.Op;
import lobule.op.SoftmaxCrossEntropy;
import lobule.op.SoftmaxDice;

/**
 * What training minimises; the ops' losses are added.
 *
 * @param classWeights of the cross entropy: one a class, or empty for all 1
 * @param ignoreLabel  label left out of loss and metrics, or -1 for none
 */
public record Loss(Kind kind, List<Double> classWeights, int ignoreLabel) {
    /** Keeps a class without voxels from dividing by 0, as in the experiments. */
    public static final double DICE_EPSILON = 1e-7;
    /** The ignore label of sparse annotations and of patches that reach past their volume. */
    public static final int IGNORE = 255;

    /** The losses by the names used in presets, fixtures and run records. */
    public enum Kind {
        DICE("dice"),
        DICE_FOREGROUND("dicefg"),
        DICE_SQUARED("dice-squared"),
        CROSS_ENTROPY("cce"),
        DICE_AND_CROSS_ENTROPY("dice+cce");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }

        /** @throws IllegalArgumentException listing the known names */
        public static Kind of(String label) {
            for (Kind kind : values()) {
                if (kind.label.equals(label)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("loss is \"" + label + "\", expected one of "
                    + List.of(values()).stream().map(Kind::label).toList());
        }
    }

    public Loss {
        classWeights = List.copyOf(classWeights);
    }

    public static Loss of(Kind kind) {
        return new Loss(kind, List.of(), IGNORE);
    }

    /** One root op for each summand. */
    public List<Op> ops() {
        return switch (kind) {
            case DICE -> List.of(dice(false, false));
            case DICE_FOREGROUND -> List.of(dice(true, false));
            case DICE_SQUARED -> List.of(dice(false, true));
            case CROSS_ENTROPY -> List.of(crossEntropy());
            case DICE_AND_CROSS_ENTROPY -> List.of(dice(false, false), crossEntropy());
        };
    }

    private Op dice(boolean foregroundOnly, boolean squared) {
        return new SoftmaxDice(foregroundOnly, squared, DICE_EPSILON, ignoreLabel);
    }

    private Op crossEntropy() {
        return new SoftmaxCrossEntropy(classWeights, ignoreLabel);
    }
}
