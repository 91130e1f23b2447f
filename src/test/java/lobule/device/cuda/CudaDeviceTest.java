package lobule.device.cuda;

import lobule.device.Device;
import lobule.device.DeviceSuites;

/** All op suites: convolutions by cuDNN and cuBLAS, the rest by the own kernels. */
class CudaDeviceTest extends DeviceSuites {

    @Override
    protected Device open() {
        return SimulatedGpu.open();
    }
}
