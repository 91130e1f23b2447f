package lobule.device.cuda.convolution;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import lobule.device.OutOfDeviceMemoryException;
import lobule.device.Step;
import lobule.device.cuda.driver.CudaCallException;
import lobule.device.cuda.driver.CudaContext;

/**
 * Runs each choice once where it is made. Libraries take memory of the device at the first use of a kernel; so they
 * take it before the room is measured and the arena is taken, and where there is too little the run ends there.
 */
public final class WarmConvolutions implements ConvolutionKernels {
    private final CudaContext context;
    private final ConvolutionKernels choices;
    private final Set<String> warm = new HashSet<>();

    public WarmConvolutions(CudaContext context, ConvolutionKernels choices) {
        this.context = context;
        this.choices = choices;
    }

    /** @throws OutOfDeviceMemoryException where a library found no room for what it takes at its first use */
    @Override
    public ConvolutionKernel kernel(ConvolutionPass pass, ConvolutionGeometry geometry) {
        try {
            ConvolutionKernel kernel = choices.kernel(pass, geometry);
            if (warm.add(pass.name() + " " + geometry)) {
                run(kernel, geometry);
            }
            return kernel;
        } catch (CudaCallException e) {
            throw e.outOfMemory() ? new OutOfDeviceMemoryException(e.getMessage() + "; the GPU has no room left for "
                    + "what the library takes at its first use", 0, e) : e;
        }
    }

    /** Not where its operands alone find no room: the arena, which is larger, will not either. */
    private void run(ConvolutionKernel kernel, ConvolutionGeometry geometry) {
        try {
            Optional<TrialMemory> trial = TrialMemory.take(context, geometry, kernel.workspaceBytes());
            if (trial.isPresent()) {
                try (TrialMemory memory = trial.get()) {
                    kernel.bind(memory.memory()).run(new Step());
                }
            }
        } catch (RuntimeException e) {
            kernel.close();
            throw e;
        }
    }
}
