package lobule.cli;

import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import lobule.device.Device;
import lobule.device.DeviceUnavailableException;
import lobule.device.cuda.CudaDevice;
import lobule.device.cuda.options.CudaOptions;
import lobule.device.cuda.CudaPlanningDevice;
import lobule.device.cuda.CudaReport;

/**
 * What memory is planned for.
 *
 * @param room       what the device's process takes besides the plan by now: on a GPU more once a step was planned, for
 *                   which libraries load what they need
 * @param roomSource what that is, and how it is known
 */
record PlanningTarget(Device device, LongSupplier room, String roomSource) implements AutoCloseable {
    /** CUDA context and cuDNN on the card: a rule of thumb, to be replaced by a measurement on hardware. */
    private static final long ASSUMED_CUDA_BYTES = 512L << 20;
    /** Java heap and code, oneDNN's code, patches on their way in: docs/benchmarks.md measures less. */
    private static final long PROCESS_BYTES = 600L << 20;

    /**
     * The device asked for; a GPU that is not there is planned for without it.
     *
     * @param limit memory of the device, or null
     */
    static PlanningTarget open(DeviceOptions options, Devices devices, MemorySize limit) {
        CudaOptions cuda = of(limit, options.cuda().options());
        Device device;
        try {
            device = options.open(devices);
        } catch (DeviceUnavailableException e) {
            // ops of cuDNN state their workspace only where there is a cuDNN
            if (!options.name().equals("cuda") || !cuda.cudnnOps().isEmpty()) {
                throw e;
            }
            return new PlanningTarget(new CudaPlanningDevice(cuda.workspaceLimitBytes()), () -> ASSUMED_CUDA_BYTES,
                    "CUDA context and cuDNN, assumed");
        }
        return device instanceof CudaDevice gpu ? ofGpu(gpu)
                : new PlanningTarget(device, () -> PROCESS_BYTES, "the process besides it, at most");
    }

    /** With the workspace that a card of this size is given where none is asked for. */
    private static CudaOptions of(MemorySize limit, CudaOptions options) {
        return limit == null ? options : options.on(limit.bytes(), limit.bytes());
    }

    private static PlanningTarget ofGpu(CudaDevice device) {
        return new PlanningTarget(device, () -> usedBytes(device), String.format(Locale.ROOT,
                "in use on %s with the device open, measured", device.gpu().name()));
    }

    private static long usedBytes(CudaDevice device) {
        CudaReport.Gpu gpu = device.gpu();
        return gpu.totalBytes() - gpu.freeBytes();
    }

    long roomBytes() {
        return room.getAsLong();
    }

    /**
     * The same for plans of many sizes: a GPU would time its algorithms for each of them, so that every convolution
     * is given the limit instead.
     *
     * @param plan of a small step, before the room is measured
     */
    PlanningTarget forSearch(CudaOptions options, MemorySize limit, Consumer<Device> plan) {
        if (!(device instanceof CudaDevice gpu)) {
            return this;
        }
        plan.accept(gpu);
        long bytes = roomBytes();
        gpu.close();
        return new PlanningTarget(new CudaPlanningDevice(of(limit, options).workspaceLimitBytes()), () -> bytes,
                roomSource);
    }

    @Override
    public void close() {
        device.close();
    }
}
