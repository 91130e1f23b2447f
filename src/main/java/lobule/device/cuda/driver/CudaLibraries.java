package lobule.device.cuda.driver;

import java.util.List;
import lobule.device.DeviceUnavailableException;

/**
 * The shared libraries that the device needs, or could use.
 *
 * @param driver part of the NVIDIA driver; without it there is no device
 * @param cudnn  the convolutions; without it there is no device
 * @param cublas faster for products of matrices; cuDNN takes over where it is missing
 */
public record CudaLibraries(NativeLibrary driver, NativeLibrary cudnn, NativeLibrary cublas) {

    /**
     * Loads those that are there, and JCuda's libraries for them.
     *
     * @throws DeviceUnavailableException where a jar of JCuda is missing, or its libraries cannot be unpacked or loaded
     */
    public static CudaLibraries load(List<String> folders) {
        CudaLibraries libraries = new CudaLibraries(NativeLibrary.load(NativeLibrary.DRIVER, folders),
                NativeLibrary.load(NativeLibrary.CUDNN, folders), NativeLibrary.load(NativeLibrary.CUBLAS, folders));
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

    private void bind() {
        if (driver.loaded()) {
            Binding.DRIVER.load();
            if (cudnn.loaded()) {
                Binding.CUDNN.load();
            }
            if (cublas.loaded()) {
                Binding.CUBLAS.load();
            }
        }
    }

    /** @throws DeviceUnavailableException naming the library that is missing, why, and what to install */
    public void require() {
        require(driver);
        require(cudnn);
    }

    private static void require(NativeLibrary library) {
        if (!library.loaded()) {
            throw new DeviceUnavailableException("device cuda: " + library.name() + " could not be loaded ("
                    + library.problem() + "); " + remedy(library), null);
        }
    }

    /** What to do about a library that is missing. */
    public static String remedy(NativeLibrary library) {
        return switch (library.name()) {
            case NativeLibrary.DRIVER -> "it comes with the NVIDIA driver: install that";
            case NativeLibrary.CUDNN -> "install cuDNN 9 for CUDA 12, or name the folder that has it (of the Python "
                    + "package nvidia-cudnn-cu12: nvidia/cudnn/lib) in LOBULE_CUDA_LIBRARIES";
            default -> "it comes with CUDA 12 (CUDA 13 has another): install that, or name the folder that has it (of "
                    + "the Python package nvidia-cublas-cu12: nvidia/cublas/lib) in LOBULE_CUDA_LIBRARIES; without it "
                    + "cuDNN computes what it would";
        };
    }
}
