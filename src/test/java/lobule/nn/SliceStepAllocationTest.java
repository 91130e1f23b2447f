package lobule.nn;

import lobule.op.Adam;
import lobule.op.Op;
import lobule.tensor.Shape;

/** 2D, Adam. */
class SliceStepAllocationTest extends StepAllocation {

    @Override
    Shape output() {
        return Shape.of(1, 2, 36, 36);
    }

    @Override
    int baseChannels() {
        return 8;
    }

    @Override
    Op optimizer() {
        return new Adam(0.9, 0.999, 1e-8, 1);
    }
}
