package lobule.device.host;

import java.lang.foreign.MemorySegment;
import lobule.device.DeviceUnavailableException;

/** What devices ask of the JVM. */
public final class HostJvm {
    private static final Runtime.Version FIRST = Runtime.Version.parse("25.0.3");
    private static final String VECTORS = "jdk.incubator.vector";

    private HostJvm() {}

    /**
     * Of native code that is given arrays.
     *
     * @param device the name in the message
     * @throws DeviceUnavailableException where the JVM can move pinned arrays under native code (JDK-8377811)
     */
    public static void requirePinning(String device, Runtime.Version version) {
        if (version.compareToIgnoreOptional(FIRST) < 0) {
            throw new DeviceUnavailableException("device " + device + ": Java " + version
                    + " can move pinned arrays under native code (JDK-8377811); use Java 25.0.3 or a later 25", null);
        }
    }

    /**
     * Of kernels written with the Vector API, which is not final.
     *
     * @param device the name in the message
     * @throws DeviceUnavailableException where it is that of another version, or its module is not there
     */
    public static void requireVectors(String device, Runtime.Version version) {
        if (version.feature() != FIRST.feature()) {
            throw new DeviceUnavailableException("device " + device + ": Java " + version
                    + " may have another Vector API than that of Java 25; use Java 25.0.3 or a later 25", null);
        }
        if (ModuleLayer.boot().findModule(VECTORS).isEmpty()) {
            throw new DeviceUnavailableException("device " + device + ": the module of the Vector API is not there; "
                    + "give the JVM the option --add-modules " + VECTORS, null);
        }
    }

    /**
     * Of native code at all.
     *
     * @param device the name in the message
     * @throws DeviceUnavailableException where the JVM denies it to this library
     */
    public static void requireNativeAccess(String device) {
        try {
            MemorySegment _ = MemorySegment.NULL.reinterpret(1); // restricted as all that comes, and without effect
        } catch (IllegalCallerException e) {
            throw deniedNativeAccess(device, e);
        }
    }

    /** What to throw where the JVM denies native code to a library that another needs. */
    public static DeviceUnavailableException deniedNativeAccess(String device, IllegalCallerException denied) {
        return new DeviceUnavailableException("device " + device + ": the JVM denies native code ("
                + denied.getMessage() + "); give it the option --enable-native-access=ALL-UNNAMED, or on a module path "
                + "with the names of lobule and of the modules of its native libraries", denied);
    }
}
