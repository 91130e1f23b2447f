package lobule.device.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lobule.device.Device;
import lobule.device.DeviceSuites;
import org.junit.jupiter.api.Test;

class CpuDeviceTest extends DeviceSuites {

    @Override
    protected Device open() {
        return new CpuDevice(2);
    }

    @Test
    void threadsThatSpinAreSaid() {
        assertEquals("", CpuDevice.waiting("PASSIVE"));
        assertTrue(CpuDevice.waiting("active").contains("OMP_WAIT_POLICY=PASSIVE"));
        assertTrue(CpuDevice.waiting(null).contains("OMP_WAIT_POLICY=PASSIVE"));
    }
}
