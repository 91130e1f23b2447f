package lobule.device.cuda.norm;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.device.cuda.kernel.PoolWindows;
import lobule.op.EncoderOutputBackward;
import lobule.tensor.Shape;

/** Sums a chunk of windows, then a channel, then dx; dy is gathered both times and never stored. */
public final class CudaEncoderOutputBackward implements Kernel {
    private final Kernels kernels;
    private final Shape x;
    private final PoolWindows windows;
    private final NormGradient gradient;

    public CudaEncoderOutputBackward(CudaContext context, Kernels kernels, EncoderOutputBackward op, Shape x) {
        this.kernels = kernels;
        this.x = x;
        this.windows = PoolWindows.of(x);
        this.gradient = new NormGradient(context, kernels, op.fixed(), x, windows.blocks());
    }

    @Override
    public long workspaceBytes() {
        return gradient.workspaceBytes();
    }

    @Override
    public Launch bind(Operands operands) {
        long[] sizes = CudaEncoderOutput.sizes(x, operands.input(5).spec().shape(), windows);
        KernelCall sums = inputs(kernels.call("encoder_output", "encoder_output_backward_partial")
                .pointers(gradient.partial(operands)), operands).sizes(sizes).build(windows.blocks());
        Launch finish = gradient.finish(operands);
        KernelCall apply = inputs(kernels.call("encoder_output", "encoder_output_backward_apply")
                .tensors(operands.output(0)), operands).pointers(gradient.means(operands)).sizes(sizes)
                .build(windows.blocks());
        return step -> {
            sums.launch();
            finish.run(step);
            apply.launch();
        };
    }

    private static KernelCall.Builder inputs(KernelCall.Builder start, Operands operands) {
        return start.tensors(operands.input(0), operands.input(1), operands.input(2), operands.input(3),
                operands.input(4), operands.input(5));
    }
}
