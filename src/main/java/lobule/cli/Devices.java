package lobule.cli;

import java.util.List;
import java.util.function.IntFunction;
import lobule.device.Device;
import lobule.device.cpu.CpuDevice;
import lobule.device.reference.ReferenceDevice;

/** Opens devices by name. Never another one than was asked for. */
@FunctionalInterface
interface Devices {
    List<String> NAMES = List.of("cpu", "reference");

    /**
     * @param threads at least 1
     * @throws UnavailableDeviceException naming the reason and what there is instead
     */
    Device open(String name, int threads);

    /** The devices of this program. */
    static Devices installed() {
        return (name, threads) -> switch (name) {
            case "cpu" -> loaded(name, CpuDevice::new, threads);
            case "reference" -> new ReferenceDevice(threads);
            default -> throw new UnavailableDeviceException("device is \"" + name + "\", expected one of " + NAMES, null);
        };
    }

    /** Opens a device whose native library may not load. */
    static Device loaded(String name, IntFunction<Device> open, int threads) {
        try {
            return open.apply(threads);
        } catch (LinkageError e) {
            throw new UnavailableDeviceException("device " + name + " cannot be used here: " + reason(e)
                    + "; --device reference runs anywhere, slowly", e);
        }
    }

    /** The innermost message: that of the library that is missing. */
    private static String reason(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.toString().lines().findFirst().orElseThrow();
    }
}
