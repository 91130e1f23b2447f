package lobule.device;

import org.junit.jupiter.api.Nested;

/** The suites of all ops for one device: a device is tested by a subclass that opens it. */
public abstract class DeviceSuites {

    protected abstract Device open();

    @Nested
    class Convolutions extends ConvolutionSuite {
        @Override
        Device open() {
            return DeviceSuites.this.open();
        }
    }

    @Nested
    class TransposedConvolutions extends TransposedConvolutionSuite {
        @Override
        Device open() {
            return DeviceSuites.this.open();
        }
    }

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
}
