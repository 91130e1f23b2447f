package lobule.cli;

import java.util.concurrent.CountDownLatch;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Lets Ctrl-C, SIGTERM, and SIGUSR1, by which batch systems warn of a time limit, end the work in progress in an
 * orderly way: the JVM stays until this is closed.
 */
final class Interruption implements AutoCloseable {
    private final CountDownLatch finished = new CountDownLatch(1);
    private final Thread hook;
    private final Runnable restoreSignal;

    /** @param stop asks the work to end soon; runs on a thread of its own */
    Interruption(Runnable stop) {
        hook = new Thread(() -> {
            stop.run();
            awaitEnd();
        }, "interruption");
        Runtime.getRuntime().addShutdownHook(hook);
        restoreSignal = exitOnWarning();
    }

    /** SIGUSR1 does what the JVM itself does on SIGTERM; returns what undoes this. */
    private static Runnable exitOnWarning() {
        try {
            Signal warning = new Signal("USR1");
            SignalHandler before = Signal.handle(warning, caught -> System.exit(128 + caught.getNumber()));
            return () -> Signal.handle(warning, before);
        } catch (IllegalArgumentException e) {
            return () -> {}; // a system without it, or a JVM told to use it for its own ends
        }
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
        restoreSignal.run();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is going down already, and this is what it waited for.
        }
    }
}
