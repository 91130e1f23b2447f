package lobule.device.cuda;

import static jcuda.driver.JCudaDriver.cuDriverGetVersion;
import static jcuda.driver.JCudaDriver.cuInit;

import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUresult;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.CudaLibraries;
import lobule.device.cuda.driver.Driver;
import lobule.device.cuda.driver.NativeLibrary;
import lobule.device.cuda.library.Cublas;
import lobule.device.cuda.library.Cudnn;

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
    public record Gpu(int ordinal, String name, long totalBytes, long freeBytes, String capability) {
        static Gpu of(int ordinal, CudaContext context) {
            return new Gpu(ordinal, context.name(), context.totalBytes(), context.freeBytes(),
                    context.capability() / 10 + "." + context.capability() % 10);
        }
    }

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
        if (!libraries.driver().loaded()) {
            return unusable(libraries, NativeLibrary.DRIVER + " is missing");
        }
        int status = cuInit(0);
        return status == CUresult.CUDA_SUCCESS ? ofDriver(libraries)
                : unusable(libraries, "the driver cannot be started: " + CUresult.stringFor(status));
    }

    private static CudaReport unusable(CudaLibraries libraries, String problem) {
        return new CudaReport("", List.of(), List.of(library(libraries.driver(), ""), library(libraries.cudnn(), ""),
                library(libraries.cublas(), "")), problem);
    }

    private static CudaReport ofDriver(CudaLibraries libraries) {
        List<Gpu> gpus = new ArrayList<>();
        for (int ordinal = 0; ordinal < CudaContext.count(); ordinal++) {
            try (CudaContext context = new CudaContext(ordinal)) {
                gpus.add(Gpu.of(ordinal, context));
            }
        }
        String driver = driverVersion();
        // no handle of a library is made here: it would hold the GPU's context as long as the process lives
        String cudnn = libraries.problem().isEmpty() ? Cudnn.version() : "";
        String cublas = libraries.cublas().loaded() ? Cublas.version(libraries.cublas()) : "";
        List<Library> found = new ArrayList<>(List.of(library(libraries.driver(), driver),
                library(libraries.cudnn(), cudnn), library(libraries.cublas(), cublas)));
        libraries.missingParts().forEach(part -> found.add(library(part, "")));
        return new CudaReport(driver, gpus, found, gpus.isEmpty() ? "the driver shows no GPU" : libraries.problem());
    }

    /** The newest CUDA that the driver knows. */
    private static String driverVersion() {
        int[] version = new int[1];
        Driver.check(cuDriverGetVersion(version), "cuDriverGetVersion", "the driver");
        return version[0] / 1000 + "." + version[0] / 10 % 100;
    }

    private static Library library(NativeLibrary library, String version) {
        return new Library(library.name(), version, library.path(), library.problem(), CudaLibraries.remedy(library));
    }
}
