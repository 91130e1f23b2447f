package lobule.device.cuda;

import java.util.Set;
import lobule.device.Device;
import lobule.device.DeviceSuites;
import lobule.device.cuda.options.CudnnOp;

/** All op suites with cuDNN's normalisation instead of the own kernels. */
class CudaWithCudnnNormTest extends DeviceSuites {

    @Override
    protected Device open() {
        return SimulatedGpu.open(SimulatedGpu.options().withCudnnOps(Set.of(CudnnOp.NORM)));
    }
}
