package lobule.device.cuda.driver;

import static jcuda.driver.CUevent_flags.CU_EVENT_DISABLE_TIMING;
import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuEventSynchronize;
import static jcuda.driver.JCudaDriver.cuMemAllocHost;
import static jcuda.driver.JCudaDriver.cuMemFreeHost;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoHAsync;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoDAsync;

import java.lang.foreign.MemorySegment;
import jcuda.Pointer;
import jcuda.driver.CUevent;
import jcuda.driver.CUstream;

/**
 * Copies between host and device through two pinned buffers, so that the host fills one while the device reads the
 * other. They are small: pinned memory of more than 2 GiB cannot be had through JCuda.
 */
public final class Staging implements AutoCloseable {
    private static final long CHUNK = 16L << 20;

    private final Cleanup cleanup = new Cleanup();
    private final Slot[] slots = new Slot[2];
    private int next;

    public Staging() {
        try {
            for (int i = 0; i < slots.length; i++) {
                slots[i] = new Slot(cleanup);
            }
        } catch (RuntimeException e) {
            cleanup.closeAfter(e);
            throw e;
        }
    }

    /** A pinned buffer, and the event behind the last copy that used it. */
    private static final class Slot {
        private final Pointer pointer = new Pointer();
        private final MemorySegment memory;
        private final CUevent done = new CUevent();

        Slot(Cleanup cleanup) {
            Driver.check(cuMemAllocHost(pointer, CHUNK), "cuMemAllocHost", CHUNK + " bytes of pinned host memory");
            cleanup.add(() -> Driver.check(cuMemFreeHost(pointer), "cuMemFreeHost", "pinned host memory"));
            memory = MemorySegment.ofBuffer(pointer.getByteBuffer(0, CHUNK));
            Driver.check(cuEventCreate(done, CU_EVENT_DISABLE_TIMING), "cuEventCreate", "copies");
            cleanup.add(() -> Driver.check(cuEventDestroy(done), "cuEventDestroy", "copies"));
        }

        /** Waits until the device has read or written the buffer. */
        void await() {
            Driver.check(cuEventSynchronize(done), "cuEventSynchronize", "a copy between host and device");
        }
    }

    /** Enqueues copies to the device; {@code source} may be changed when this returns. */
    public void upload(MemorySegment source, DevicePointer destination, CUstream stream) {
        for (long offset = 0; offset < source.byteSize(); offset += CHUNK) {
            long bytes = Math.min(CHUNK, source.byteSize() - offset);
            Slot slot = slots[next];
            next = (next + 1) % slots.length;
            slot.await();
            MemorySegment.copy(source, offset, slot.memory, 0, bytes);
            Driver.check(cuMemcpyHtoDAsync(destination.plus(offset), slot.pointer, bytes, stream), "cuMemcpyHtoDAsync",
                    bytes + " bytes");
            Driver.check(cuEventRecord(slot.done, stream), "cuEventRecord", "an upload");
        }
    }

    /** Returns when all has arrived. */
    public void download(DevicePointer source, MemorySegment destination, CUstream stream) {
        long chunks = Math.ceilDiv(destination.byteSize(), CHUNK);
        for (long chunk = 0; chunk <= chunks; chunk++) {
            if (chunk < chunks) {
                request(source, destination.byteSize(), chunk, stream);
            }
            if (chunk > 0) {
                receive(destination, chunk - 1);
            }
        }
    }

    private void request(DevicePointer source, long total, long chunk, CUstream stream) {
        Slot slot = slots[(int) (chunk % slots.length)];
        slot.await();
        long bytes = Math.min(CHUNK, total - chunk * CHUNK);
        Driver.check(cuMemcpyDtoHAsync(slot.pointer, source.plus(chunk * CHUNK), bytes, stream), "cuMemcpyDtoHAsync",
                bytes + " bytes");
        Driver.check(cuEventRecord(slot.done, stream), "cuEventRecord", "a download");
    }

    private void receive(MemorySegment destination, long chunk) {
        Slot slot = slots[(int) (chunk % slots.length)];
        slot.await();
        MemorySegment.copy(slot.memory, 0, destination, chunk * CHUNK,
                Math.min(CHUNK, destination.byteSize() - chunk * CHUNK));
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
