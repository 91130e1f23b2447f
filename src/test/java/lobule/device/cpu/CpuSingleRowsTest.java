package lobule.device.cpu;

import lobule.device.ConvolutionSuites;
import lobule.device.Device;
import lobule.device.cpu.winograd.WinogradUse;

/** Convolutions in slabs of one row: all but the outermost lack rows on both sides. */
class CpuSingleRowsTest extends ConvolutionSuites {

    @Override
    protected Device open() {
        return new CpuDevice(2, WinogradUse.NEVER, 1);
    }
}
