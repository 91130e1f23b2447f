package lobule.device;

import org.junit.jupiter.api.Nested;

/** The suites of the convolutions alone, for a device that has several ways to compute them. */
public abstract class ConvolutionSuites {

    protected abstract Device open();

    @Nested
    class Convolutions extends ConvolutionSuite {
        @Override
        Device open() {
            return ConvolutionSuites.this.open();
        }
    }

    @Nested
    class TransposedConvolutions extends TransposedConvolutionSuite {
        @Override
        Device open() {
            return ConvolutionSuites.this.open();
        }
    }
}
