package lobule.device.cuda.driver;

import static jcuda.driver.CUevent_flags.CU_EVENT_DEFAULT;
import static jcuda.driver.JCudaDriver.cuEventCreate;
import static jcuda.driver.JCudaDriver.cuEventDestroy;
import static jcuda.driver.JCudaDriver.cuEventElapsedTime;
import static jcuda.driver.JCudaDriver.cuEventRecord;
import static jcuda.driver.JCudaDriver.cuEventSynchronize;

import jcuda.driver.CUevent;
import lobule.device.Timer;

/** Two events on the compute stream. */
public final class EventTimer implements Timer, AutoCloseable {
    private static final double MILLISECONDS = 1e-3;

    private final CudaContext context;
    private final CUevent start = new CUevent();
    private final CUevent stop = new CUevent();
    private final Cleanup cleanup = new Cleanup();

    public EventTimer(CudaContext context) {
        this.context = context;
        try {
            create(start);
            create(stop);
        } catch (RuntimeException e) {
            cleanup.closeAfter(e);
            throw e;
        }
    }

    private void create(CUevent event) {
        Driver.check(cuEventCreate(event, CU_EVENT_DEFAULT), "cuEventCreate", "a timer");
        cleanup.add(() -> Driver.check(cuEventDestroy(event), "cuEventDestroy", "a timer"));
    }

    @Override
    public void start() {
        Driver.check(cuEventRecord(start, context.compute()), "cuEventRecord", "a timer");
    }

    @Override
    public void stop() {
        Driver.check(cuEventRecord(stop, context.compute()), "cuEventRecord", "a timer");
    }

    @Override
    public double seconds() {
        float[] time = new float[1];
        Driver.check(cuEventSynchronize(stop), "cuEventSynchronize", "a timer");
        Driver.check(cuEventElapsedTime(time, start, stop), "cuEventElapsedTime", "a timer");
        return time[0] * MILLISECONDS;
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
