package lobule.benchmark.peers;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.Arena;
import lobule.benchmark.task.StepValues;
import lobule.op.Value;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** libtorch started, and tensors in and out of it. */
final class Libtorch {
    private final boolean channelsLast;

    /** @param channelsLast memory order of activations and convolution weights; else rows of NCDHW */
    Libtorch(int threads, boolean channelsLast) {
        this.channelsLast = channelsLast;
        torch.set_num_threads(threads);
        torch.set_num_interop_threads(1);
    }

    /** Library, version and settings, in one line. */
    String description(String settings) {
        return "libtorch " + Tensor.class.getPackage().getImplementationVersion()
                + (channelsLast ? ", channels-last" : ", rows of NCDHW") + settings;
    }

    /** A memory address as JavaCPP takes it. */
    private static final class Address extends Pointer {
        Address(MemorySegment segment) {
            super((Pointer) null);
            address = segment.address();
        }
    }

    /** Memory order of a tensor with channels in axis 1. */
    private MemoryFormat format(Shape shape) {
        return switch (channelsLast ? shape.rank() : 0) {
            case 5 -> MemoryFormat.ChannelsLast3d;
            case 4 -> MemoryFormat.ChannelsLast;
            default -> MemoryFormat.Contiguous;
        };
    }

    /** A value of the step in memory of libtorch's own. */
    Tensor tensor(StepValues values, Value value) {
        Shape shape = value.spec().shape();
        try (Arena arena = Arena.ofShared(); PointerScope _ = new PointerScope()) {
            MemorySegment host = arena.allocate(value.spec().bytes(), Long.BYTES);
            values.read(value, host);
            boolean labels = value.spec().type() == DType.UINT8;
            Tensor view = torch.from_blob(new Address(host), sizes(shape),
                    new TensorOptions(labels ? ScalarType.Byte : ScalarType.Float));
            Tensor own = labels ? view.to(ScalarType.Long) : view.clone().contiguous(format(shape));
            own.retainReference();
            return own;
        }
    }

    /** Copies a tensor to the host, row-major. */
    static void read(Tensor tensor, MemorySegment destination) {
        try (PointerScope _ = new PointerScope()) {
            Tensor rows = tensor.detach().contiguous();
            long bytes = Math.multiplyExact(rows.numel(), (long) Float.BYTES);
            destination.copyFrom(MemorySegment.ofAddress(rows.data_ptr().address()).reinterpret(bytes));
        }
    }

    static long[] sizes(Shape shape) {
        return shape.sizes().stream().mapToLong(Long::longValue).toArray();
    }
}
