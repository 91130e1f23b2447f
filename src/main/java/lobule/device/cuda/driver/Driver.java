package lobule.device.cuda.driver;

import jcuda.driver.CUresult;

/** Checks of the driver's return codes. */
public final class Driver {
    private Driver() {}

    /** Throws where a call failed, naming it, what it was called for, and where known a way out. */
    public static void check(int status, String call, Object subject) {
        if (status != CUresult.CUDA_SUCCESS) {
            throw new CudaCallException("device cuda: " + call + " failed with " + CUresult.stringFor(status) + " for "
                    + subject + hint(status), status == CUresult.CUDA_ERROR_OUT_OF_MEMORY);
        }
    }

    private static String hint(int status) {
        return switch (status) {
            case CUresult.CUDA_ERROR_OUT_OF_MEMORY -> "; choose a smaller patch or fewer base channels";
            case CUresult.CUDA_ERROR_NO_DEVICE ->
                    "; the driver sees no GPU (look at nvidia-smi and CUDA_VISIBLE_DEVICES)";
            case CUresult.CUDA_ERROR_INVALID_DEVICE -> "; list the devices with: lobule devices";
            case CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION, CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU,
                 CUresult.CUDA_ERROR_INVALID_PTX ->
                    "; the kernels need compute capability 6.0 and a driver for CUDA 11.8 or newer";
            case CUresult.CUDA_ERROR_ILLEGAL_ADDRESS, CUresult.CUDA_ERROR_LAUNCH_FAILED,
                 CUresult.CUDA_ERROR_MISALIGNED_ADDRESS ->
                    "; an earlier kernel touched memory that is not its own, which is a fault of the program";
            default -> "";
        };
    }
}
