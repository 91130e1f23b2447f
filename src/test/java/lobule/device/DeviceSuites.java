package lobule.device;

import org.junit.jupiter.api.Nested;

/** The suites of all ops for one device: a device is tested by a subclass that opens it. */
public abstract class DeviceSuites extends ConvolutionSuites {

    @Nested
    class MaxPools extends MaxPoolSuite {
        @Override
        Device open() {
            return DeviceSuites.this.open();
        }
    }

    @Nested
    class SkipConnections extends CropConcatenateSuite {
        @Override
        Device open() {
            return DeviceSuites.this.open();
        }
    }

    @Nested
    class BatchRenorms extends BatchRenormSuite {
        @Override
        Device open() {
            return DeviceSuites.this.open();
        }
    }

    @Nested
    class BatchRenormGradients extends BatchRenormBackwardSuite {
        @Override
        Device open() {
            return DeviceSuites.this.open();
        }
    }

    @Nested
    class EncoderOutputs extends EncoderOutputSuite {
        @Override
        Device open() {
            return DeviceSuites.this.open();
        }
    }

    @Nested
    class Dropouts extends DropoutSuite {
        @Override
        Device open() {
            return DeviceSuites.this.open();
        }
    }

    @Nested
    class CrossEntropies extends CrossEntropySuite {
        @Override
        Device open() {
            return DeviceSuites.this.open();
        }
    }

    @Nested
    class Dices extends DiceSuite {
        @Override
        Device open() {
            return DeviceSuites.this.open();
        }
    }

    @Nested
    class SegmentationScores extends SegmentationScoreSuite {
        @Override
        Device open() {
            return DeviceSuites.this.open();
        }
    }

    @Nested
    class Optimizers extends OptimizerSuite {
        @Override
        Device open() {
            return DeviceSuites.this.open();
        }
    }

    @Nested
    class Lifetimes extends LifetimeSuite {
        @Override
        Device open() {
            return DeviceSuites.this.open();
        }
    }

    @Nested
    class AnyOperands extends OperandSuite {
        @Override
        Device open() {
            return DeviceSuites.this.open();
        }
    }
}
