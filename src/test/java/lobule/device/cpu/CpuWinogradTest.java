package lobule.device.cpu;

import lobule.device.ConvolutionSuites;
import lobule.device.Device;

/** Convolutions with Winograd's algorithm wherever it can be used, however small the convolution. */
class CpuWinogradTest extends ConvolutionSuites {

    @Override
    protected Device open() {
        return new CpuDevice(2, new WinogradUse(1, 1), ConvolutionSlab.LARGEST_BYTES);
    }
}
