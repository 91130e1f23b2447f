package lobule.nn;

import lobule.op.NesterovMomentum;
import lobule.op.Op;
import lobule.tensor.Shape;

/** 3D, Nesterov momentum. */
class VolumeStepAllocationTest extends StepAllocation {

    @Override
    Shape output() {
        return Shape.of(1, 2, 12, 20, 12);
    }

    @Override
    int baseChannels() {
        return 4;
    }

    @Override
    Op optimizer() {
        return new NesterovMomentum(0.99, 1);
    }
}
