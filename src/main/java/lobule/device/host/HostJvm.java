package lobule.device.host;

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
}
