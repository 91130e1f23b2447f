package lobule.device.reference;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Operands;
import lobule.device.Step;

/** The gradient that an optimiser sees: scaled by the step, and down to the clip norm where all gradients exceed it. */
record ScaledGradient(MemorySegment gradient, MemorySegment norm, double clipNorm) {

    static ScaledGradient of(Operands operands, double clipNorm) {
        return new ScaledGradient(HostBuffer.segment(operands.input(0)), HostBuffer.segment(operands.input(1)),
                clipNorm);
    }

    long elements() {
        return gradient.byteSize() / Float.BYTES;
    }

    /** Whether an update may be made from these gradients at all. */
    boolean isFinite() {
        return Float.isFinite(norm.get(JAVA_FLOAT, 0));
    }

    /** What each gradient is multiplied by. */
    double factor(Step step) {
        double length = norm.get(JAVA_FLOAT, 0);
        return length > clipNorm ? step.gradientScale * clipNorm / length : step.gradientScale;
    }

    double get(long index) {
        return gradient.getAtIndex(JAVA_FLOAT, index);
    }
}
