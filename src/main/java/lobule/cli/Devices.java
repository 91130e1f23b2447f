package lobule.cli;

import java.util.List;
import lobule.device.Device;
import lobule.device.DeviceUnavailableException;
import lobule.device.cpu.CpuDevice;
import lobule.device.reference.ReferenceDevice;

/** Opens devices by name. Never another one than was asked for. */
@FunctionalInterface
interface Devices {
    List<String> NAMES = List.of("cpu", "reference");

    /**
     * @param threads at least 1
     * @throws DeviceUnavailableException naming the reason and what there is instead
     */
    Device open(String name, int threads);

    /** The devices of this program. */
    static Devices installed() {
        return (name, threads) -> switch (name) {
            case "cpu" -> new CpuDevice(threads);
            case "reference" -> new ReferenceDevice(threads);
            default -> throw new DeviceUnavailableException("device is \"" + name + "\", expected one of " + NAMES, null);
        };
    }
}
