package lobule.device.cpu;

import lobule.device.ConvolutionSuites;
import lobule.device.Device;
import lobule.device.cpu.winograd.WinogradUse;

/** Convolutions in slabs of several rows, the last one of fewer. */
class CpuSlabsTest extends ConvolutionSuites {

    @Override
    protected Device open() {
        return new CpuDevice(2, WinogradUse.NEVER, 1 << 15);
    }
}
