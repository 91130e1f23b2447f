package lobule.graph;

/**
 * The parts of a training step, in order. A mini-batch runs forward and backward; an optimiser step ends with update.
 */
public enum Phase {
    FORWARD,
    BACKWARD,
    UPDATE
}
