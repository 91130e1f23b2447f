package lobule.train;

import java.lang.foreign.Arena;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Prepares the next mini-batch on a thread of its own while the present one is trained on. */
final class PatchPipeline implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("patch-pipeline").daemon().factory());
    private final TrainingData data;
    private HostPatch spare;
    private HostPatch inUse;
    private Future<HostPatch> coming;
    private long nextMicroStep;

    /** @param firstMicroStep number of the mini-batch that {@link #take} gives first */
    PatchPipeline(TrainingData data, long firstMicroStep) {
        this.data = data;
        this.nextMicroStep = firstMicroStep;
        this.inUse = HostPatch.allocate(arena, data.shape());
        this.spare = HostPatch.allocate(arena, data.shape());
        prepareNext();
    }

    private void prepareNext() {
        HostPatch destination = spare;
        long microStep = nextMicroStep++;
        coming = worker.submit(() -> {
            data.training(microStep).copyTo(destination.input(), destination.target());
            return destination;
        });
    }

    /** The next mini-batch; valid until the next call. */
    HostPatch take() {
        HostPatch ready = await(coming);
        spare = inUse;
        inUse = ready;
        prepareNext();
        return ready;
    }

    /** The mini-batch that {@link #take} will give next, if it is ready. */
    Optional<HostPatch> peek() {
        return coming.state() == Future.State.SUCCESS ? Optional.of(coming.resultNow()) : Optional.empty();
    }

    private static HostPatch await(Future<HostPatch> patch) {
        try {
            return patch.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("the next patch could not be prepared", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the next patch", e);
        }
    }

    @Override
    public void close() {
        worker.close(); // waits: the thread writes into the arena
        arena.close();
    }
}
