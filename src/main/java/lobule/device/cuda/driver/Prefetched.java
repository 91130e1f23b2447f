package lobule.device.cuda.driver;

import static jcuda.driver.CUevent_flags.CU_EVENT_DISABLE_TIMING;
import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoDAsync;
import static jcuda.driver.JCudaDriver.cuStreamWaitEvent;

import java.lang.foreign.MemorySegment;
import jcuda.driver.CUevent;

/**
 * The next values of one tensor, which the copy stream brings into memory beside it while the compute stream still
 * works with the present ones.
 */
final class Prefetched implements AutoCloseable {
    private final CudaContext context;
    private final Staging staging;
    private final Cleanup cleanup = new Cleanup();
    private final CUevent arrived = new CUevent();
    private final CUevent taken = new CUevent();
    private MemorySegment source = MemorySegment.NULL;
    private DevicePointer ahead = new DevicePointer();

    Prefetched(CudaContext context, Staging staging) {
        this.context = context;
        this.staging = staging;
        try {
            create(arrived);
            create(taken);
        } catch (RuntimeException e) {
            cleanup.closeAfter(e);
            throw e;
        }
    }

    private void create(CUevent event) {
        Driver.check(cuEventCreate(event, CU_EVENT_DISABLE_TIMING), "cuEventCreate", "a prefetch");
        cleanup.add(() -> Driver.check(cuEventDestroy(event), "cuEventDestroy", "a prefetch"));
    }

    /** Starts to bring {@code values} to {@code beside}, after those brought before have been taken. */
    void bring(MemorySegment values, DevicePointer beside) {
        Driver.check(cuStreamWaitEvent(context.copy(), taken, 0), "cuStreamWaitEvent", "a prefetch");
        staging.upload(values, beside, context.copy());
        Driver.check(cuEventRecord(arrived, context.copy()), "cuEventRecord", "a prefetch");
        source = values;
        ahead = beside;
    }

    /**
     * Enqueues the copy to the tensor, if it was {@code values} that were brought; whatever was brought is forgotten.
     */
    boolean take(MemorySegment values, DevicePointer destination) {
        boolean same = source.address() == values.address() && source.byteSize() == values.byteSize();
        source = MemorySegment.NULL;
        if (same) {
            Driver.check(cuStreamWaitEvent(context.compute(), arrived, 0), "cuStreamWaitEvent", "a prefetch");
            Driver.check(cuMemcpyDtoDAsync(destination, ahead, values.byteSize(), context.compute()),
                    "cuMemcpyDtoDAsync", values.byteSize() + " bytes");
            Driver.check(cuEventRecord(taken, context.compute()), "cuEventRecord", "a prefetch");
        }
        return same;
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
