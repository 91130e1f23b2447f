package lobule.cli;

import lobule.device.Device;
import lobule.train.CudaSettings;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where a command computes; mixed into all that do. */
final class DeviceOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(names = "--device", paramLabel = "NAME", defaultValue = Devices.AUTO,
            description = "Where to compute: cuda, cpu, reference, or auto: a GPU where there is one, else the CPU "
                    + "(default: ${DEFAULT-VALUE}).")
    private String name;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to use (default: all processors).")
    private Integer threads;

    @Mixin
    private CudaArguments cuda;

    /** Options of the CUDA device. */
    CudaArguments cuda() {
        return cuda;
    }

    /** As asked for. */
    String name() {
        return name;
    }

    Device open(Devices devices) {
        return open(devices, name);
    }

    /** With the settings of an earlier run where options do not override them. */
    Device open(Devices devices, CudaSettings settings) {
        return open(devices, name, settings);
    }

    /** Another device than the one asked for, with the same options. */
    Device open(Devices devices, String device) {
        return open(devices, device, CudaSettings.DEFAULT);
    }

    private Device open(Devices devices, String device, CudaSettings settings) {
        int count = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
        if (count < 1) {
            throw new ParameterException(command.commandLine(), "--threads is " + count + ", expected at least 1");
        }
        return devices.open(device, count, cuda.options(settings));
    }
}
