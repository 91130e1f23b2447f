package lobule.device.cpu;

import lobule.device.Device;
import lobule.device.DeviceSuites;

class CpuDeviceTest extends DeviceSuites {

    @Override
    protected Device open() {
        return new CpuDevice(2);
    }
}
