package lobule.device.reference;

import lobule.device.Device;
import lobule.device.DeviceSuites;

class ReferenceDeviceTest extends DeviceSuites {

    @Override
    protected Device open() {
        return new ReferenceDevice(2);
    }
}
