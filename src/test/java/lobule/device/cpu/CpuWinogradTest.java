package lobule.device.cpu;

import lobule.device.Device;
import lobule.device.DeviceSuites;

/** All suites with Winograd's algorithm wherever it can be used, however small the convolution. */
class CpuWinogradTest extends DeviceSuites {

    @Override
    protected Device open() {
        return new CpuDevice(2, new WinogradUse(1, 1));
    }
}
