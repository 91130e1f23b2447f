package lobule.device.cuda;

import java.util.List;
import lobule.device.DeviceUnavailableException;
import lobule.device.cuda.options.CudaOptions;
import org.junit.jupiter.api.Assumptions;

/** The GPU that the tests run on: whichever libcuda.so.1 this JVM finds, which the build makes the simulated one. */
public final class SimulatedGpu {
    private SimulatedGpu() {}

    /** Deterministic, since times on a simulated GPU say nothing. */
    public static CudaOptions options() {
        return CudaOptions.defaults().withDeterministic(true);
    }

    public static CudaDevice open() {
        return open(options());
    }

    /** Skips the test with the reason where there is no GPU, not even a simulated one. */
    public static CudaDevice open(CudaOptions options) {
        require();
        return new CudaDevice(options);
    }

    /** Skips also on a real GPU: for what only the simulated one is known to do. */
    public static void requireSimulated() {
        require();
        Assumptions.assumeTrue(CudaReport.probe(List.of()).gpus().getFirst().name().startsWith("Simulated"),
                "about the simulated GPU");
    }

    /** Skips the test where this JVM finds no GPU; fails it where it must. */
    public static void require() {
        CudaReport report = CudaReport.probe(List.of());
        if (!report.problem().isEmpty() && System.getenv("CI") != null) {
            throw new DeviceUnavailableException("CI wants the simulated GPU: " + report.problem(), null);
        }
        Assumptions.assumeTrue(report.problem().isEmpty(), () -> "no GPU, not even a simulated one (" + report.problem()
                + "): run src/test/simulator/build and set LD_LIBRARY_PATH to target/simulator");
    }
}
