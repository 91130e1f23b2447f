package lobule.device.cuda.driver;

import jcuda.driver.CUstream;

/** A stream whose handle can be read, to be passed where JCuda does not reach. */
public final class DeviceStream extends CUstream {
    public long address() {
        return getNativePointer();
    }
}
