package lobule.device.reference;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Step;
import lobule.device.Tensor;

/** The gradient of a parameter over the mini-batches of one optimiser step. */
record ParameterGradient(MemorySegment memory) {

    static ParameterGradient of(Tensor state) {
        return new ParameterGradient(HostBuffer.segment(state));
    }

    /** Adds to the gradient of earlier mini-batches, or overwrites what an earlier step left. */
    void put(long index, double value, Step step) {
        double before = step.accumulate ? memory.getAtIndex(JAVA_FLOAT, index) : 0;
        memory.setAtIndex(JAVA_FLOAT, index, (float) (before + value));
    }
}
