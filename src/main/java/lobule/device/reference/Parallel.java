package lobule.device.reference;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** A parallel for over units that share no output, so that it does not matter which thread takes which. */
final class Parallel implements AutoCloseable {
    private final int threads;
    private final ExecutorService pool;

    Parallel(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads is " + threads + ", expected at least 1");
        }
        this.threads = threads;
        this.pool = Executors.newFixedThreadPool(threads,
                Thread.ofPlatform().daemon().name("reference-", 0).factory());
    }

    int threads() {
        return threads;
    }

    /** Calls {@code body} with 0 to units-1, and returns when all calls have; throws what one of them threw. */
    void forEach(long units, LongConsumer body) {
        AtomicLong next = new AtomicLong();
        Runnable worker = () -> {
            for (long unit = next.getAndIncrement(); unit < units; unit = next.getAndIncrement()) {
                body.accept(unit);
            }
        };
        CompletableFuture<?>[] workers = Stream.generate(() -> CompletableFuture.runAsync(worker, pool))
                .limit(Math.min(threads, units)).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(workers).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
