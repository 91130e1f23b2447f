package lobule.device.cuda.norm;

import java.util.ArrayList;
import java.util.List;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.kernel.Extents;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.device.cuda.kernel.PoolWindows;
import lobule.op.EncoderOutput;
import lobule.tensor.Shape;

/** Normalises, cuts off below 0, and writes the windows' maxima and the concatenation's share in one pass over x. */
public final class CudaEncoderOutput implements Kernel {
    private final CudaContext context;
    private final Kernels kernels;
    private final EncoderOutput op;

    public CudaEncoderOutput(CudaContext context, Kernels kernels, EncoderOutput op) {
        this.context = context;
        this.kernels = kernels;
        this.op = op;
    }

    @Override
    public Launch bind(Operands operands) {
        Shape x = operands.input(0).spec().shape();
        Shape concatenation = operands.output(1).spec().shape();
        PoolWindows windows = PoolWindows.of(x);
        KernelCall call = kernels.call("encoder_output", "encoder_output")
                .tensors(operands.output(0), operands.output(1), operands.input(0), operands.input(1),
                        operands.input(2), operands.input(3))
                .sizes(sizes(x, concatenation, windows)).build(windows.blocks());
        return op.cleared() ? clearing(call, operands, x, concatenation) : step -> call.launch();
    }

    private Launch clearing(KernelCall call, Operands operands, Shape x, Shape concatenation) {
        long channelBytes = concatenation.voxels() * Float.BYTES;
        List<DevicePointer> rest = new ArrayList<>();
        for (long n = 0; n < x.batch(); n++) {
            rest.add(DeviceBuffer.pointer(operands.output(1))
                    .plus((n * concatenation.channels() + x.channels()) * channelBytes));
        }
        long restBytes = (concatenation.channels() - x.channels()) * channelBytes;
        return step -> {
            call.launch();
            for (DevicePointer channels : rest) {
                context.clear(channels, restBytes);
            }
        };
    }

    /** What the kernels of both passes are told of the shapes. */
    static long[] sizes(Shape x, Shape concatenation, PoolWindows windows) {
        Extents from = Extents.of(x);
        Extents to = Extents.of(concatenation);
        return new long[] {x.channels(), concatenation.channels(), from.depth(), from.height(), from.width(),
                to.depth(), to.height(), to.width(), windows.depth(), windows.chunks()};
    }
}
