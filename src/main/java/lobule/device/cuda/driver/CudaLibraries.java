package lobule.device.cuda.driver;

import java.util.List;
import lobule.device.DeviceUnavailableException;

/**
 * The shared libraries that the device needs, or could use.
 *
 * @param driver part of the NVIDIA driver; without it there is no device
 * @param cudnn  the convolutions; without it there is no device
 * @param parts  what cuDNN opens by name
 * @param cublas faster for products of matrices, of CUDA 12 or, where that is missing, 13; without, cuDNN takes over
 */
public record CudaLibraries(NativeLibrary driver, NativeLibrary cudnn, CudnnParts parts, NativeLibrary cublas) {

    /**
     * Loads those that are there, and JCuda's libraries for them.
     *
     * @throws DeviceUnavailableException where a jar of JCuda is missing, or its libraries cannot be unpacked or loaded
     */
    public static CudaLibraries load(List<String> given) {
        SearchPath folders = SearchPath.of(given);
        NativeLibrary driver = NativeLibrary.load(NativeLibrary.DRIVER, folders);
        NativeLibrary cudnn = NativeLibrary.load(NativeLibrary.CUDNN, folders);
        CudnnParts parts = driver.loaded() && cudnn.loaded() ? CudnnParts.load(cudnn, folders) : CudnnParts.none();
        CudaLibraries libraries = new CudaLibraries(driver, cudnn, parts,
                cublas(cudnn.loaded() ? folders.after(cudnn) : folders));
        try {
            libraries.bind();
        } catch (LinkageError e) {
            String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse(""); // JCuda's has many lines
            throw new DeviceUnavailableException("device cuda: JCuda could not be loaded (" + reason + "); the jars "
                    + "jcuda, jcublas and jcudnn must be on the class path, or on a module path with "
                    + "--enable-native-access=lobule,jcuda,jcublas,jcudnn", e);
        }
        return libraries;
    }

    /** JCublas has calls for the first of them only. */
    private static NativeLibrary cublas(SearchPath folders) {
        NativeLibrary twelve = cublas(NativeLibrary.CUBLAS_12, folders);
        if (twelve.loaded()) {
            return twelve;
        }
        NativeLibrary thirteen = cublas(NativeLibrary.CUBLAS_13, folders);
        return thirteen.loaded() ? thirteen : twelve;
    }

    /** After the library that it is linked with, which may lie where the linker would not look. */
    private static NativeLibrary cublas(String name, SearchPath folders) {
        NativeLibrary.load(name.replace("cublas", "cublasLt"), folders);
        return NativeLibrary.load(name, folders);
    }

    private void bind() {
        if (driver.loaded()) {
            Binding.DRIVER.load();
            if (cudnn.loaded()) {
                Binding.CUDNN.load();
            }
            if (cublas.loaded() && cublas.name().equals(NativeLibrary.CUBLAS_12)) {
                Binding.CUBLAS.load();
            }
        }
    }

    /** @throws DeviceUnavailableException saying what is missing, why, and what to install */
    public void require() {
        String problem = problem();
        if (!problem.isEmpty()) {
            throw new DeviceUnavailableException("device cuda: " + problem, null);
        }
    }

    /** Why there is no device, in one sentence; empty where nothing is missing. */
    public String problem() {
        return !driver.loaded() ? missing(driver) : !cudnn.loaded() ? missing(cudnn) : parts.problem();
    }

    /** What cuDNN could use and does without. */
    public List<NativeLibrary> missingParts() {
        return parts.problem().isEmpty()
                ? parts.libraries().stream().filter(part -> !part.loaded()).toList() : List.of();
    }

    private static String missing(NativeLibrary library) {
        return library.name() + " could not be loaded (" + library.problem() + "); " + remedy(library);
    }

    /** What to do about a library that is missing. */
    public static String remedy(NativeLibrary library) {
        return switch (library.name()) {
            case NativeLibrary.DRIVER -> "it comes with the NVIDIA driver: install that";
            case NativeLibrary.CUDNN -> "install cuDNN 9, or name the folder that has it (of the Python packages "
                    + "nvidia-cudnn-cu12 and nvidia-cudnn-cu13: nvidia/cudnn/lib) in LOBULE_CUDA_LIBRARIES";
            case NativeLibrary.CUBLAS_12 -> "it comes with CUDA 12, and libcublas.so.13 with CUDA 13, which would do "
                    + "as well: install one, or name the folder that has it (of the Python packages nvidia-cublas-cu12 "
                    + "and nvidia-cublas: nvidia/cublas/lib and nvidia/cu13/lib) in LOBULE_CUDA_LIBRARIES; without it "
                    + "cuDNN computes what it would";
            default -> "cuDNN does without it; the kernels that it brings or compiles are not offered then";
        };
    }
}
