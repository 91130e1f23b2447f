package lobule.device.cpu;

import lobule.device.ConvolutionSuites;
import lobule.device.Device;
import lobule.device.cpu.convolution.DirectConvolutions;
import lobule.device.cpu.winograd.WinogradTile;
import lobule.device.cpu.winograd.WinogradUse;
import org.junit.jupiter.api.Nested;

/** Convolutions with Winograd's algorithm wherever it can be used, however small the convolution. */
class CpuWinogradTest {

    @Nested
    class Two extends ConvolutionSuites {
        @Override
        protected Device open() {
            return device(WinogradTile.TWO);
        }
    }

    @Nested
    class Four extends ConvolutionSuites {
        @Override
        protected Device open() {
            return device(WinogradTile.FOUR);
        }
    }

    private static Device device(WinogradTile tile) {
        return new CpuDevice(2, WinogradUse.wherePossible(tile), DirectConvolutions.LARGEST_BYTES);
    }
}
