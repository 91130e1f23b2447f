package lobule.device.cpu.machine;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs the chunks of one piece of work on all cores: the calling thread and threads - 1 workers. Which thread runs
 * which chunk is left to chance, so chunks write to places of their own. Running allocates nothing. Idle workers sleep,
 * since oneDNN's OpenMP threads need the cores between two calls.
 */
public final class WorkerPool implements AutoCloseable {
    /** One chunk of a piece of work that has scratch memory for each thread, 0 to {@link #threads()} - 1. */
    @FunctionalInterface
    public interface ThreadChunks {
        void run(int chunk, int thread);
    }

    /** One chunk of a piece of work. */
    @FunctionalInterface
    public interface Chunks extends ThreadChunks {
        void run(int chunk);

        @Override
        default void run(int chunk, int thread) {
            run(chunk);
        }
    }

    private final Thread[] workers;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger busy = new AtomicInteger();
    private ThreadChunks work;
    private int chunks;
    private Thread caller;
    private volatile Throwable failure;
    /** Counts the pieces of work, by the caller alone; publishes the fields above. */
    private volatile int generation;
    private volatile boolean closed;

    public WorkerPool(int threads) {
        this(threads, () -> {});
    }

    /** @param first what each worker does at its start */
    public WorkerPool(int threads, Runnable first) {
        workers = new Thread[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            int thread = i + 1;
            workers[i] = Thread.ofPlatform().daemon().name("lobule-cpu-" + thread).start(() -> {
                first.run();
                work(thread);
            });
        }
    }

    public int threads() {
        return workers.length + 1;
    }

    /** Runs chunks 0 to {@code count} - 1 and returns when all are done; throws what a chunk threw. */
    public void run(int count, ThreadChunks task) {
        if (count <= 1 || workers.length == 0) {
            for (int chunk = 0; chunk < count; chunk++) {
                task.run(chunk, 0);
            }
            return;
        }
        work = task;
        chunks = count;
        caller = Thread.currentThread();
        next.set(0);
        busy.set(workers.length);
        int previous = generation;
        generation = previous + 1;
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
        takeChunks(0);
        while (busy.get() > 0) {
            LockSupport.park(this);
        }
        rethrow();
    }

    private void rethrow() {
        Throwable thrown = failure;
        failure = null;
        if (thrown != null) {
            throw new IllegalStateException("a kernel failed on a worker thread", thrown);
        }
    }

    private void work(int thread) {
        int seen = 0;
        while (true) {
            while (generation == seen) {
                if (closed) {
                    return;
                }
                LockSupport.park(this);
            }
            seen = generation;
            takeChunks(thread);
            if (busy.decrementAndGet() == 0) {
                LockSupport.unpark(caller);
            }
        }
    }

    private void takeChunks(int thread) {
        try {
            for (int chunk = next.getAndIncrement(); chunk < chunks; chunk = next.getAndIncrement()) {
                work.run(chunk, thread);
            }
        } catch (RuntimeException | Error e) {
            failure = e;
            next.set(chunks);
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
    }
}
