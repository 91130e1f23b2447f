package lobule.device.cuda.driver;

import static jcuda.driver.JCudaDriver.cuCtxGetCurrent;
import static jcuda.driver.JCudaDriver.cuCtxSetCurrent;

import jcuda.driver.CUcontext;
import jcuda.driver.CUresult;

/** The context that the calling thread's calls of the driver go to. */
final class CurrentContext {
    private CurrentContext() {}

    /** A null pointer where there is none. */
    static CUcontext get() {
        CUcontext current = new CUcontext();
        Driver.check(cuCtxGetCurrent(current), "cuCtxGetCurrent", "this thread");
        return current;
    }

    static void set(CUcontext context, String device) {
        Driver.check(cuCtxSetCurrent(context), "cuCtxSetCurrent", device);
    }

    /** What was current before; none where that has gone meanwhile. */
    static void restore(CUcontext before) {
        if (cuCtxSetCurrent(before) != CUresult.CUDA_SUCCESS) {
            set(new CUcontext(), "no device");
        }
    }
}
