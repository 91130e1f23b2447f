package lobule.device.cuda;

import lobule.device.DeviceUnavailableException;
import lobule.device.cuda.options.CudaOptions;
import lobule.device.cuda.options.LibraryFolders;
import org.junit.jupiter.api.Assumptions;

/** The GPU that the tests run on: whichever libcuda.so.1 this JVM finds, which the build makes the simulated one. */
public final class SimulatedGpu {
    private SimulatedGpu() {}

    /** With the libraries that the environment names, as the program takes them. */
    public static CudaOptions defaults() {
        return CudaOptions.defaults().withLibraryFolders(LibraryFolders.ofEnvironment());
    }

    /** Deterministic, since times on a simulated GPU say nothing. */
    public static CudaOptions options() {
        return defaults().withDeterministic(true);
    }

    /** What this JVM finds of CUDA. */
    public static CudaReport report() {
        return CudaReport.probe(LibraryFolders.ofEnvironment());
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
        Assumptions.assumeTrue(report().gpus().getFirst().name().startsWith("Simulated"),
                "about the simulated GPU");
    }

    /** Skips the test where this JVM finds no GPU; fails it where it must. */
    public static void require() {
        CudaReport report = report();
        if (!report.problem().isEmpty() && System.getenv("CI") != null) {
            throw new DeviceUnavailableException("CI wants the simulated GPU: " + report.problem(), null);
        }
        Assumptions.assumeTrue(report.problem().isEmpty(), () -> "no GPU, not even a simulated one (" + report.problem()
                + "): run src/test/simulator/build and set LD_LIBRARY_PATH to target/simulator, or "
                + "name the folder of the CUDA libraries in " + LibraryFolders.VARIABLE);
    }
}
