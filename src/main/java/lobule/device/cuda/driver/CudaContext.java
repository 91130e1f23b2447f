package lobule.device.cuda.driver;

import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR;
import static jcuda.driver.CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT;
import static jcuda.driver.CUstream_flags.CU_STREAM_NON_BLOCKING;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuDeviceGetAttribute;
import static jcuda.driver.JCudaDriver.cuDeviceGetCount;
import static jcuda.driver.JCudaDriver.cuDeviceGetName;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRelease;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRetain;
import static jcuda.driver.JCudaDriver.cuMemGetInfo;
import static jcuda.driver.JCudaDriver.cuMemsetD8Async;
import static jcuda.driver.JCudaDriver.cuStreamCreate;
import static jcuda.driver.JCudaDriver.cuStreamDestroy;
import static jcuda.driver.JCudaDriver.cuStreamSynchronize;

import java.nio.charset.StandardCharsets;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUstream;

/**
 * A device's primary context, current on the thread that opened it, with one stream to compute on and one to copy on.
 * The primary one, because cuDNN and cuBLAS work in it too. Closed, it leaves the thread with the context that it had
 * before, so that a look at one GPU disturbs no work on another.
 */
public final class CudaContext implements AutoCloseable {
    private static final int NAME_BYTES = 256;

    private final CUdevice device = new CUdevice();
    private final CUcontext context = new CUcontext();
    private final DeviceStream compute = new DeviceStream();
    private final DeviceStream copy = new DeviceStream();
    private final CUcontext before = CurrentContext.get();
    private final Cleanup cleanup = new Cleanup();
    private final String name;
    private final int multiprocessors;
    private final int capability;

    /** The driver must have been initialised. */
    public CudaContext(int ordinal) {
        Driver.check(cuDeviceGet(device, ordinal), "cuDeviceGet", "device " + ordinal + " of " + count());
        name = name(device);
        multiprocessors = attribute(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
        capability = 10 * attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
                + attribute(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
        try {
            Driver.check(cuDevicePrimaryCtxRetain(context, device), "cuDevicePrimaryCtxRetain", name);
            cleanup.add(() -> Driver.check(cuDevicePrimaryCtxRelease(device), "cuDevicePrimaryCtxRelease", name));
            makeCurrent();
            create(compute);
            create(copy);
        } catch (RuntimeException e) {
            cleanup.closeAfter(e);
            CurrentContext.restore(before);
            throw e;
        }
    }

    /** For a thread that uses several GPUs in turns. */
    public void makeCurrent() {
        CurrentContext.set(context, name);
    }

    private void create(CUstream stream) {
        Driver.check(cuStreamCreate(stream, CU_STREAM_NON_BLOCKING), "cuStreamCreate", name);
        cleanup.add(() -> Driver.check(cuStreamDestroy(stream), "cuStreamDestroy", name));
    }

    public static int count() {
        int[] count = new int[1];
        Driver.check(cuDeviceGetCount(count), "cuDeviceGetCount", "all devices");
        return count[0];
    }

    private static String name(CUdevice device) {
        byte[] bytes = new byte[NAME_BYTES];
        Driver.check(cuDeviceGetName(bytes, NAME_BYTES, device), "cuDeviceGetName", device);
        String padded = new String(bytes, StandardCharsets.UTF_8);
        return padded.substring(0, Math.max(0, padded.indexOf('\0')));
    }

    private int attribute(int which) {
        int[] value = new int[1];
        Driver.check(cuDeviceGetAttribute(value, which, device), "cuDeviceGetAttribute", name + ", attribute " + which);
        return value[0];
    }

    public String name() {
        return name;
    }

    public int multiprocessors() {
        return multiprocessors;
    }

    /** 61 for compute capability 6.1. */
    public int capability() {
        return capability;
    }

    /** All launches go here, in order. */
    public DeviceStream compute() {
        return compute;
    }

    /** Brings what is needed later while the other stream computes. */
    DeviceStream copy() {
        return copy;
    }

    /** Bytes that can still be allocated, the driver's own overhead aside. */
    public long freeBytes() {
        return memory()[0];
    }

    public long totalBytes() {
        return memory()[1];
    }

    private long[] memory() {
        long[] free = new long[1];
        long[] total = new long[1];
        Driver.check(cuMemGetInfo(free, total), "cuMemGetInfo", name);
        return new long[] {free[0], total[0]};
    }

    /** Sets memory to 0, in order with the launches. */
    public void clear(DevicePointer pointer, long bytes) {
        int status = cuMemsetD8Async(pointer, (byte) 0, bytes, compute);
        if (status != 0) {
            Driver.check(status, "cuMemsetD8Async", bytes + " bytes");
        }
    }

    /** Waits for the launches so far. */
    public void synchronize() {
        Driver.check(cuStreamSynchronize(compute), "cuStreamSynchronize", "the launches so far on " + name);
    }

    /** Waits for everything, so that what it uses can be given back. */
    public void drain() {
        Driver.check(cuStreamSynchronize(copy), "cuStreamSynchronize", "the copies so far on " + name);
        synchronize();
    }

    @Override
    public void close() {
        CUcontext current = CurrentContext.get();
        try {
            makeCurrent();
            cleanup.close();
        } finally {
            CurrentContext.restore(current.equals(context) ? before : current);
        }
    }
}
