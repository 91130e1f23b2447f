package lobule.cli;

import lobule.device.Device;
import lobule.device.cuda.CudaDevice;
import lobule.device.cuda.CudaReport;
import lobule.image.MachineMemory;

/**
 * Device memory that a command may take.
 *
 * @param bytes  at most
 * @param source who says so, as the end of a sentence
 */
record MemoryBudget(long bytes, String source) {
    /** The driver's own needs grow a little with what runs. */
    private static final double SHARE_OF_GPU = 0.9;
    /** Volumes and other programs need memory too. */
    private static final double SHARE_OF_HOST = 0.5;

    /** Of what is free with the device open. */
    static MemoryBudget of(Device device) {
        if (device instanceof CudaDevice cuda) {
            CudaReport.Gpu gpu = cuda.gpu();
            return share(SHARE_OF_GPU, gpu.freeBytes(), "free on " + gpu.name());
        }
        return share(SHARE_OF_HOST, MachineMemory.availableBytes(), "available on this machine");
    }

    private static MemoryBudget share(double share, long bytes, String where) {
        return new MemoryBudget((long) (share * bytes),
                Math.round(100 * share) + " % of the " + Quantities.bytes(bytes) + " " + where);
    }
}
