package lobule.device.cuda;

import jcuda.driver.CUdeviceptr;

/** A device address that can be read, to be packed into the arguments of a kernel. */
final class DevicePointer extends CUdeviceptr {
    /** Points nowhere until an allocation fills it in. */
    DevicePointer() {}

    DevicePointer(DevicePointer base, long byteOffset) {
        super(base, byteOffset);
    }

    long address() {
        return getNativePointer() + getByteOffset();
    }

    DevicePointer plus(long bytes) {
        return new DevicePointer(this, bytes);
    }
}
