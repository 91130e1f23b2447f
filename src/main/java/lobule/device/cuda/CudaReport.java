package lobule.device.cuda;

import static jcuda.driver.JCudaDriver.cuDriverGetVersion;
import static jcuda.driver.JCudaDriver.cuInit;

import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUresult;

/**
 * What of CUDA this machine has, and what it lacks.
 *
 * @param driver    newest CUDA that the driver knows, as {@code 12.6}; empty without a driver
 * @param gpus      all GPUs that the driver shows
 * @param libraries the libraries looked for
 * @param problem   why the device cannot be used; empty where it can
 */
public record CudaReport(String driver, List<Gpu> gpus, List<Library> libraries, String problem) {
    public CudaReport {
        gpus = List.copyOf(gpus);
        libraries = List.copyOf(libraries);
    }

    /**
     * One GPU.
     *
     * @param capability compute capability, as {@code 6.1}
     */
    public record Gpu(int ordinal, String name, long totalBytes, long freeBytes, String capability) {}

    /**
     * One shared library.
     *
     * @param version empty where it is missing or cannot be asked
     * @param path    the file named by an option, or just the name where the system's own search finds it
     * @param problem why it could not be loaded; empty where it could
     * @param remedy  what to do then
     */
    public record Library(String name, String version, String path, String problem, String remedy) {
        public boolean found() {
            return problem.isEmpty();
        }
    }

    /** Looks at this machine; takes no memory of a GPU for longer than the look. */
    public static CudaReport probe(List<String> libraryFolders) {
        CudaLibraries libraries = CudaLibraries.load(libraryFolders);
        String problem = problem(libraries);
        if (!libraries.driver().loaded() || problem.startsWith("the driver")) {
            return new CudaReport("", List.of(), List.of(library(libraries.driver(), ""),
                    library(libraries.cudnn(), ""), library(libraries.cublas(), "")), problem);
        }
        int[] driver = new int[1];
        Driver.check(cuDriverGetVersion(driver), "cuDriverGetVersion", "the driver");
        String driverVersion = driver[0] / 1000 + "." + driver[0] / 10 % 100;
        List<Gpu> gpus = new ArrayList<>();
        String cublas = "";
        for (int ordinal = 0; ordinal < CudaContext.count(); ordinal++) {
            try (CudaContext context = new CudaContext(ordinal)) {
                gpus.add(gpu(ordinal, context));
                cublas = libraries.cublas().loaded() ? cublasVersion(context) : "";
            }
        }
        return new CudaReport(driverVersion, gpus, List.of(library(libraries.driver(), driverVersion),
                library(libraries.cudnn(), libraries.cudnn().loaded() ? Cudnn.version() : ""),
                library(libraries.cublas(), cublas)), gpus.isEmpty() ? "the driver shows no GPU" : problem);
    }

    private static String problem(CudaLibraries libraries) {
        if (!libraries.driver().loaded()) {
            return libraries.driver().name() + " is missing";
        }
        int status = cuInit(0);
        if (status != CUresult.CUDA_SUCCESS) {
            return "the driver cannot be started: " + CUresult.stringFor(status);
        }
        return libraries.cudnn().loaded() ? "" : libraries.cudnn().name() + " is missing";
    }

    private static Gpu gpu(int ordinal, CudaContext context) {
        return new Gpu(ordinal, context.name(), context.totalBytes(), context.freeBytes(),
                context.capability() / 10 + "." + context.capability() % 10);
    }

    private static String cublasVersion(CudaContext context) {
        try (Cublas cublas = new Cublas(context, MathMode.FP32)) {
            return cublas.version();
        }
    }

    private static Library library(NativeLibrary library, String version) {
        return new Library(library.name(), version, library.path(), library.problem(), CudaLibraries.remedy(library));
    }
}
