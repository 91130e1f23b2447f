package lobule.device.cpu.update;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.device.Step;

/**
 * The factor that an optimiser multiplies gradients by: the step's scale, and less where their norm exceeds a limit.
 */
record ScaledGradient(MemorySegment norm, double clipNorm) {

    /** NaN where the norm is not finite: then nothing may be updated. */
    double factor(Step step) {
        float length = norm.get(ValueLayout.JAVA_FLOAT, 0);
        if (!Float.isFinite(length)) {
            return Double.NaN;
        }
        return length > clipNorm ? step.gradientScale * clipNorm / length : step.gradientScale;
    }
}
