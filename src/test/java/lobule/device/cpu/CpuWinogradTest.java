package lobule.device.cpu;

import lobule.device.ConvolutionSuites;
import lobule.device.Device;
import lobule.device.cpu.convolution.DirectConvolutions;
import lobule.device.cpu.winograd.WinogradUse;

/** Convolutions with Winograd's algorithm wherever it can be used, however small the convolution. */
class CpuWinogradTest extends ConvolutionSuites {

    @Override
    protected Device open() {
        return new CpuDevice(2, new WinogradUse(1, 1), DirectConvolutions.LARGEST_BYTES);
    }
}
