package lobule.op;

import lobule.tensor.TensorSpec;

/**
 * A tensor of a graph, without memory.
 *
 * @param id   position in its graph, unique there
 * @param name unique in its graph; parameters are named as in checkpoints, {@code encoder.0.conv1.weight}
 */
public record Value(int id, String name, TensorSpec spec, Role role) {

    /** Which region of memory a value lives in. */
    public enum Role {
        /** Given from outside before a run; survives it. */
        INPUT,
        /** Trained, unless it is frozen when gradients are appended; survives all runs. */
        PARAMETER,
        /** Neither trained nor recomputed: running statistics. Survives all runs. */
        STATE,
        /** Gradient of a parameter, accumulated over mini-batches. */
        GRADIENT,
        /** Where a backward op writes the gradient of an operand that wants none. Read by nobody. */
        DISCARDED,
        /** Moments of the optimiser. */
        OPTIMIZER,
        /** Made by one node and read by later ones; placed in the arena by the memory plan. */
        ACTIVATION
    }

    @Override
    public String toString() {
        return name + " " + spec;
    }
}
