package lobule.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import lobule.device.Device;
import lobule.device.DeviceUnavailableException;
import lobule.device.OutOfDeviceMemoryException;
import lobule.device.cuda.CudaReport;
import lobule.verification.ConvolutionCheck;
import lobule.verification.ConvolutionLayer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What can be computed on here, what is missing for more, and whether it computes right. */
@Command(name = "devices", description = "Lists where Lobule can compute, and what is missing for more.")
final class DevicesCommand implements Callable<Integer> {
    private final Devices devices;

    @Spec
    private CommandSpec spec;

    @Mixin
    private DeviceOptions deviceOptions;

    @Option(names = "--self-test", description = "Compare the convolutions of the device, as it chooses to compute "
            + "them, with sums in double; exit code 1 where one is beyond its tolerance.")
    private boolean selfTest;

    @Option(names = "--small", description = "Self-test: leave out the layers of full size.")
    private boolean small;

    DevicesCommand(Devices devices) {
        this.devices = devices;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        if (selfTest) {
            return test(out) ? 0 : Failure.CHECK_FAILED;
        }
        cuda(out, CudaReport.probe(deviceOptions.cuda().options().libraryFolders()));
        host(out, "cpu");
        host(out, "reference");
        return 0;
    }

    private static void cuda(PrintWriter out, CudaReport report) {
        out.println("cuda       " + (report.problem().isEmpty() ? "usable" : "cannot be used: " + report.problem()));
        for (CudaReport.Gpu gpu : report.gpus()) {
            out.printf(Locale.ROOT, "  gpu %d    %s, %.1f GiB, %.1f GiB free, compute capability %s, driver for CUDA %s"
                            + "%n",
                    gpu.ordinal(), gpu.name(), gibibytes(gpu.totalBytes()), gibibytes(gpu.freeBytes()),
                    gpu.capability(), report.driver());
        }
        for (CudaReport.Library library : report.libraries()) {
            out.printf("  %s %s%n", library.name(), library.found()
                    ? library.version() + (library.path().equals(library.name()) ? "" : " from " + library.path())
                    : "missing: " + library.problem() + "; " + library.remedy());
        }
    }

    private static double gibibytes(long bytes) {
        return bytes / 0x1p30;
    }

    private void host(PrintWriter out, String name) {
        try (Device device = deviceOptions.open(devices, name)) {
            out.printf("%-10s %s%n", name, device.description());
        } catch (DeviceUnavailableException e) {
            out.printf("%-10s cannot be used: %s%n", name, e.getMessage());
        }
    }

    private boolean test(PrintWriter out) {
        boolean passed = true;
        try (Device device = deviceOptions.open(devices)) {
            out.println(device.name() + ": " + device.description());
            ConvolutionCheck check = new ConvolutionCheck(device, device.roundoff());
            passed &= test(out, check, ConvolutionLayer.small());
            passed &= small || test(out, check, ConvolutionLayer.full());
        }
        return passed;
    }

    private static boolean test(PrintWriter out, ConvolutionCheck check, List<ConvolutionLayer> layers) {
        boolean passed = true;
        for (ConvolutionLayer layer : layers) {
            try {
                for (ConvolutionCheck.Outcome outcome : check.check(layer)) {
                    passed &= outcome.passed();
                    out.println(String.format(Locale.ROOT, "  %-16s %-8s error %.1e of %.1e  %-4s %s", layer.name(),
                            outcome.pass(), outcome.error(), outcome.tolerance(), outcome.passed() ? "ok" : "FAIL",
                            outcome.algorithm()).stripTrailing());
                }
            } catch (OutOfDeviceMemoryException e) {
                out.printf("  %-16s left out: %s%n", layer.name(), e.getMessage());
            }
            out.flush();
        }
        return passed;
    }
}
