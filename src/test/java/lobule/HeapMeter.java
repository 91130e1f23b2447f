package lobule;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Set;

/** Heap memory that this thread and those of the device take; the test runner's own are left out. */
public final class HeapMeter {
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final long[] workers;
    private long workersStart;
    private long callerStart;

    /** @param others threads from before the device was opened */
    public HeapMeter(Set<Thread> others) {
        workers = Thread.getAllStackTraces().keySet().stream().filter(thread -> !others.contains(thread))
                .mapToLong(Thread::threadId).toArray();
    }

    public void start() {
        workersStart = workersTotal();
        callerStart = threads.getCurrentThreadAllocatedBytes();
    }

    /** Bytes since the start. The caller's are read first: reading the others may take some. */
    public long stop() {
        long caller = threads.getCurrentThreadAllocatedBytes() - callerStart;
        return caller + workersTotal() - workersStart;
    }

    private long workersTotal() {
        long total = 0;
        for (long id : workers) {
            total += threads.getThreadAllocatedBytes(id);
        }
        return total;
    }
}
