package lobule.device.cuda.driver;

import java.util.ArrayDeque;
import java.util.Deque;

/** What must be given back, newest first; one failure does not keep the rest from being given back. */
public final class Cleanup implements AutoCloseable {
    private final Deque<Runnable> actions = new ArrayDeque<>();

    public void add(Runnable action) {
        actions.push(action);
    }

    public <T extends AutoCloseable> T own(T resource) {
        add(() -> {
            try {
                resource.close();
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException("a resource could not be closed", e);
            }
        });
        return resource;
    }

    /** Closes on the way out of a failure, which keeps what goes wrong meanwhile as suppressed. */
    public void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        RuntimeException first = null;
        while (!actions.isEmpty()) {
            try {
                actions.pop().run();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
