package lobule.device;

/**
 * The numbers that change from step to step, shared by all launches. Mutable, so that a step allocates nothing.
 */
public final class Step {
    /** Key of the dropout masks. */
    public long seed;
    /** Mini-batches run so far in this training, from 0: the dropout counter. */
    public long microStep;
    /** Optimiser steps including this one, from 1: Adam's bias correction. */
    public long optimizerStep = 1;
    public double learningRate;
    /** Clip of batch renormalisation's r, at least 1. */
    public double rMax = 1;
    /** Clip of batch renormalisation's d, at least 0. */
    public double dMax;
    /** Whether parameter gradients are added to what is there, or overwrite it. */
    public boolean accumulate;
    /** Multiplies gradients before the update: 1 / mini-batches accumulated. */
    public double gradientScale = 1;
}
