package lobule.cli;

import java.util.function.Consumer;
import lobule.device.Device;
import lobule.device.DeviceUnavailableException;
import lobule.device.cpu.CpuDevice;
import lobule.device.cuda.CudaDevice;
import lobule.device.cuda.options.CudaOptions;
import lobule.device.reference.ReferenceDevice;

/** The devices of this program. */
final class InstalledDevices implements Devices {
    private final Consumer<String> notices;

    /** @param notices told which device was taken where that was left open, and where one does otherwise than asked */
    InstalledDevices(Consumer<String> notices) {
        this.notices = notices;
    }

    @Override
    public Device open(String name, int threads, CudaOptions cuda) {
        return switch (name) {
            case AUTO -> best(threads, cuda);
            case "cuda" -> new CudaDevice(cuda, notices);
            case "cpu" -> new CpuDevice(threads);
            case "reference" -> new ReferenceDevice(threads);
            default -> throw new DeviceUnavailableException("device is \"" + name + "\", expected one of " + NAMES,
                    null);
        };
    }

    private Device best(int threads, CudaOptions cuda) {
        Device device;
        try {
            device = new CudaDevice(cuda, notices);
        } catch (DeviceUnavailableException e) {
            notices.accept("device auto: cpu, because " + e.getMessage());
            return new CpuDevice(threads);
        }
        notices.accept("device auto: cuda, because there is a GPU: " + device.description());
        return device;
    }
}
