package lobule.device.cuda.driver;

import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemGetInfo;

import java.util.List;
import jcuda.driver.CUresult;
import lobule.device.Buffer;
import lobule.device.Operands;
import lobule.device.OutOfDeviceMemoryException;
import lobule.device.Tensor;

/** Memory of the device, one {@code cuMemAlloc}. */
public final class DeviceBuffer implements Buffer {
    /** What the driver gives memory in; smaller allocations share one. */
    private static final long GRANULE = 2L << 20;
    private static final long SMALL = 1L << 20;
    private static final long SMALL_UNIT = 512;

    private final DevicePointer pointer = new DevicePointer();
    private final long bytes;
    private boolean closed;

    private DeviceBuffer(long bytes) {
        this.bytes = bytes;
    }

    /** @throws OutOfDeviceMemoryException naming what was asked for and what is free */
    public static DeviceBuffer allocate(long bytes, String device) {
        DeviceBuffer buffer = new DeviceBuffer(bytes);
        // the driver refuses 0 bytes
        int status = cuMemAlloc(buffer.pointer, Math.max(bytes, ALIGNMENT));
        if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
            throw outOfMemory(bytes, device);
        }
        Driver.check(status, "cuMemAlloc", bytes + " bytes");
        return buffer;
    }

    /** What allocations of these sizes take of the device's memory, nothing else being small there. */
    public static long takenBytes(List<Long> allocations) {
        long large = 0;
        long small = 0;
        for (long bytes : allocations) {
            if (bytes < SMALL) {
                small += roundedUp(Math.max(bytes, ALIGNMENT), SMALL_UNIT);
            } else {
                large += roundedUp(bytes, GRANULE);
            }
        }
        return large + roundedUp(small, GRANULE);
    }

    private static long roundedUp(long bytes, long unit) {
        return Math.multiplyExact(Math.ceilDiv(bytes, unit), unit);
    }

    private static OutOfDeviceMemoryException outOfMemory(long bytes, String device) {
        long[] free = new long[1];
        long[] total = new long[1];
        Driver.check(cuMemGetInfo(free, total), "cuMemGetInfo", device);
        return new OutOfDeviceMemoryException("device cuda (" + device + "): " + mebibytes(bytes) + " were asked for, "
                + mebibytes(free[0]) + " of " + mebibytes(total[0])
                + " are free", bytes, null);
    }

    private static String mebibytes(long bytes) {
        return Math.ceilDiv(bytes, 1L << 20) + " MiB";
    }

    public DevicePointer pointer() {
        if (closed) {
            throw new IllegalStateException("a buffer of " + bytes + " bytes is used after it was closed");
        }
        return pointer;
    }

    /** Where a tensor is. */
    public static DevicePointer pointer(Tensor tensor) {
        return pointer(tensor.buffer()).plus(tensor.offset());
    }

    /** Where a node's workspace is; its need not be there where the kernel needs none. */
    public static DevicePointer workspace(Operands operands) {
        return operands.workspace() == null ? new DevicePointer()
                : pointer(operands.workspace()).plus(operands.workspaceOffset());
    }

    private static DevicePointer pointer(Buffer buffer) {
        if (buffer instanceof DeviceBuffer device) {
            return device.pointer();
        }
        throw new IllegalArgumentException("the buffer is a " + buffer.getClass().getSimpleName()
                + ", expected memory of device cuda; it was allocated by another device");
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            Driver.check(cuMemFree(pointer), "cuMemFree", bytes + " bytes");
        }
    }
}
