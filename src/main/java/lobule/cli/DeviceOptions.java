package lobule.cli;

import lobule.device.Device;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where a command computes; mixed into all that do. */
final class DeviceOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(names = "--device", paramLabel = "NAME", defaultValue = "cpu",
            description = "Where to compute: cpu or reference (default: ${DEFAULT-VALUE}).")
    private String name;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to use (default: all processors).")
    private Integer threads;

    Device open(Devices devices) {
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        if (count < 1) {
            throw new ParameterException(command.commandLine(), "--threads is " + count + ", expected at least 1");
        }
        return devices.open(name, count);
    }
}
