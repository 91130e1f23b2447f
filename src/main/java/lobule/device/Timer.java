package lobule.device;

/** Times a device's launches, over and over. Measuring does not make the host wait. Closed with its device. */
public interface Timer {

    void start();

    void stop();

    /** From the last start to the last stop, in seconds; waits until the device has passed both. */
    double seconds();
}
