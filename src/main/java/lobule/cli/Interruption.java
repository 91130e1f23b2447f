package lobule.cli;

import java.util.concurrent.CountDownLatch;

/** Lets Ctrl-C end the work in progress in an orderly way: the JVM stays until this is closed. */
final class Interruption implements AutoCloseable {
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook;

    /** @param stop asks the work to end soon; runs on a thread of its own */
    Interruption(Runnable stop) {
        hook = new Thread(() -> {
            stop.run();
            awaitEnd();
        }, "interruption");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    private void awaitEnd() {
        try {
            finished.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        finished.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is going down already, and this is what it waited for.
        }
    }
}
