package lobule.device.cuda.update;

import java.util.ArrayList;
import java.util.List;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Tensor;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.tensor.TensorSpec;

/** Squares a chunk of each tensor, then all of them. */
public final class CudaGradientNorm implements Kernel {
    private final Kernels kernels;
    private final long partials;

    public CudaGradientNorm(Kernels kernels, List<TensorSpec> gradients) {
        this.kernels = kernels;
        this.partials = gradients.stream().mapToLong(spec -> Kernels.chunks(spec.shape().elements())).sum();
    }

    @Override
    public long workspaceBytes() {
        return partials * Double.BYTES;
    }

    @Override
    public Launch bind(Operands operands) {
        DevicePointer partial = DeviceBuffer.workspace(operands);
        List<KernelCall> calls = new ArrayList<>();
        long place = 0;
        for (Tensor gradient : operands.inputs()) {
            long elements = gradient.spec().shape().elements();
            long chunks = Kernels.chunks(elements);
            calls.add(kernels.call("gradient_norm", "gradient_norm_partial")
                    .pointers(partial.plus(place * Double.BYTES)).tensors(gradient).sizes(elements, chunks)
                    .build(chunks));
            place += chunks;
        }
        KernelCall[] squares = calls.toArray(KernelCall[]::new);
        KernelCall.Builder finish = kernels.call("gradient_norm", "gradient_norm_finish").tensors(operands.output(0))
                .pointers(partial).sizes(partials);
        int scale = finish.next();
        KernelCall root = finish.scalars(1).build(1);
        return step -> {
            for (KernelCall call : squares) {
                call.launch();
            }
            root.set(scale, step.gradientScale);
            root.launch();
        };
    }
}
