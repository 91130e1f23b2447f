package lobule.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import lobule.device.Device;
import lobule.nn.Recompute;
import lobule.verification.StepFixture;
import lobule.verification.StepReport;
import lobule.verification.StepVerification;
import lobule.verification.Tolerance;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs recorded training steps and compares all that comes of them. */
@Command(name = "verify", description = "Runs recorded training steps on a device and compares loss, logits, "
        + "gradients, running statistics and update with the record; exit code 1 where one is beyond its tolerance.")
final class VerifyCommand implements Callable<Integer> {
    private final Devices devices;

    @Spec
    private CommandSpec spec;

    @Mixin
    private DeviceOptions deviceOptions;

    @Option(names = "--recompute", paramLabel = "WHAT", defaultValue = "none", description = "What the backward pass "
            + "computes again to save memory: none, cheap or level0 (default: ${DEFAULT-VALUE}).")
    private String recompute;

    @Option(names = "--all", description = "List all tensors, not only the five worst.")
    private boolean all;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Recorded training steps (safetensors).")
    private List<Path> files;

    VerifyCommand(Devices devices) {
        this.devices = devices;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Recompute recomputed = recomputation();
        List<StepFixture> fixtures = new ArrayList<>();
        boolean passed = true;
        // Every file is checked before the first is run.
        try {
            files.forEach(file -> fixtures.add(StepFixture.open(file)));
            try (Device device = deviceOptions.open(devices)) {
                out.println(device.name() + ": " + device.description());
                for (StepFixture fixture : fixtures) {
                    passed &= verify(device, fixture, recomputed, out);
                }
            }
        } finally {
            fixtures.forEach(StepFixture::close);
        }
        return passed ? 0 : Failure.CHECK_FAILED;
    }

    private Recompute recomputation() {
        try {
            return Recompute.of(recompute);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    private boolean verify(Device device, StepFixture fixture, Recompute recomputed, PrintWriter out) {
        long start = System.nanoTime();
        StepReport report = StepVerification.run(device, fixture, Tolerance.of(device.roundoff()), recomputed);
        new StepTable(out, all).print(fixture, report, (System.nanoTime() - start) * 1e-9);
        if (deviceOptions.cuda().profile()) {
            new ProfileTable(out).print(report.profile());
        }
        return report.passed();
    }
}
