package lobule.device.cuda.kernel;

import java.util.HashMap;
import java.util.Map;
import lobule.device.cuda.driver.Cleanup;
import lobule.device.cuda.driver.CudaContext;

/** All own kernels of a device, and how many blocks it is given. */
public final class Kernels implements AutoCloseable {
    /** Threads a block, as the kernels are written. */
    static final int BLOCK = 256;
    /** Enough blocks for every multiprocessor to hide latencies; the kernels stride over the rest. */
    private static final int BLOCKS_PER_MULTIPROCESSOR = 32;

    /** Elements of a row that one block works on. */
    private static final long CHUNK = 16 * BLOCK;

    /** Null where they can only be prepared. */
    private final CudaContext context;
    private final Map<String, KernelModule> modules = new HashMap<>();

    public Kernels(CudaContext context) {
        this.context = context;
    }

    /** Of no device: what is made with them states its workspace, and cannot be bound to memory. */
    public static Kernels unloaded() {
        return new Kernels(null);
    }

    /** Starts the arguments of a kernel: the source file and the function in it. */
    public KernelCall.Builder call(String module, String function) {
        if (context == null) {
            throw new UnsupportedOperationException("kernel " + function + " was prepared to be planned, not run");
        }
        KernelModule loaded = modules.computeIfAbsent(module, KernelModule::new);
        return new KernelCall.Builder(function, loaded.function(function), context.compute());
    }

    /** Blocks for an elementwise kernel: every thread takes one element and strides on. */
    public long blocks(long elements) {
        return Math.min(Math.ceilDiv(elements, BLOCK), (long) BLOCKS_PER_MULTIPROCESSOR * context.multiprocessors());
    }

    /** Chunks of a row, one block each: by the row's length alone, so that sums have the same order on every card. */
    public static long chunks(long rowLength) {
        return Math.ceilDiv(rowLength, CHUNK);
    }

    @Override
    public void close() {
        Cleanup cleanup = new Cleanup();
        modules.values().forEach(cleanup::own);
        modules.clear();
        cleanup.close();
    }
}
