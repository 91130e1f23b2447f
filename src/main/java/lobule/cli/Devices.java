package lobule.cli;

import java.util.List;
import lobule.device.Device;
import lobule.device.DeviceUnavailableException;
import lobule.device.cuda.options.CudaOptions;

/** Opens devices by name. Never another one than was asked for. */
@FunctionalInterface
interface Devices {
    /** Takes a GPU where there is one, else the CPU, and says so. */
    String AUTO = "auto";
    List<String> NAMES = List.of(AUTO, "cuda", "cpu", "reference");

    /**
     * @param threads at least 1
     * @param cuda    for the CUDA device only
     * @throws DeviceUnavailableException naming the reason and what there is instead
     */
    Device open(String name, int threads, CudaOptions cuda);

    /** The devices of this program. */
    static Devices installed() {
        return new InstalledDevices(System.err::println);
    }
}
