package lobule.device;

/** The thread that made a device and alone may use it, and whether the device is still open. */
public final class DeviceOwner {
    private final String device;
    private final Thread thread = Thread.currentThread();
    private boolean closed;

    /** The calling thread becomes the owner. */
    public DeviceOwner(String device) {
        this.device = device;
    }

    /** @throws IllegalStateException where the caller is another thread, naming both, or the device is closed */
    public void requireUsable() {
        requireOwner();
        if (closed) {
            throw new IllegalStateException("device " + device + " is used after it was closed; close it last, after"
                    + " all that was made from it");
        }
    }

    /** Whether the device was open until now. */
    public boolean close() {
        requireOwner();
        boolean wasOpen = !closed;
        closed = true;
        return wasOpen;
    }

    private void requireOwner() {
        Thread caller = Thread.currentThread();
        if (caller != thread) {
            throw new IllegalStateException("device " + device + " belongs to the thread " + name(thread)
                    + " that made it but was called from " + name(caller) + "; make, use and close a device on one"
                    + " thread, or give each thread a device of its own");
        }
    }

    private static String name(Thread thread) {
        return "\"" + thread.getName() + "\" (" + thread.threadId() + ")";
    }
}
