package lobule.device.cuda.driver;

import jcuda.driver.CUdeviceptr;

/** A device address that can be read, to be packed into the arguments of a kernel. */
public final class DevicePointer extends CUdeviceptr {
    /** Points nowhere until an allocation fills it in. */
    public DevicePointer() {}

    public DevicePointer(DevicePointer base, long byteOffset) {
        super(base, byteOffset);
    }

    public long address() {
        return getNativePointer() + getByteOffset();
    }

    public DevicePointer plus(long bytes) {
        return new DevicePointer(this, bytes);
    }
}
