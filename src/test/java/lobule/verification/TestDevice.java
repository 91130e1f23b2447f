package lobule.verification;

import java.util.List;
import java.util.function.Supplier;
import lobule.device.Device;
import lobule.device.cpu.CpuDevice;
import lobule.device.reference.ReferenceDevice;

/** A device that whole-step tests run on. */
public record TestDevice(String name, Supplier<Device> supplier) {

    public static List<TestDevice> all() {
        return List.of(new TestDevice("reference", ReferenceDevice::new),
                new TestDevice("cpu", () -> new CpuDevice(Runtime.getRuntime().availableProcessors())));
    }

    public Device open() {
        return supplier.get();
    }

    @Override
    public String toString() {
        return name;
    }
}
