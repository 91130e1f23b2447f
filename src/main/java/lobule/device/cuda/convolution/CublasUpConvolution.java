package lobule.device.cuda.convolution;

import java.util.ArrayList;
import java.util.List;
import lobule.device.Buffer;
import lobule.device.Launch;
import lobule.device.Step;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.kernel.Extents;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.device.cuda.kernel.PlaneTiles;
import lobule.device.cuda.library.Cublas;
import lobule.device.cuda.library.MatrixProduct.Matrix;
import lobule.device.cuda.library.MatrixProduct.Scratch;
import lobule.device.cuda.library.MatrixProduct;
import lobule.device.cuda.options.AlgorithmChoice;

/**
 * One pass of a transposed convolution whose stride is its kernel. With x (Ci, V), the weight (Ci, Co k) where k are
 * the kernel's voxels, and P (Co k, V) the fine tensor reordered: P = W' x, dx = W P, dW = x P'. P is made a group of
 * output channels at a time, so that it needs no second tensor of its size.
 */
final class CublasUpConvolution implements ConvolutionKernel {
    private final Kernels kernels;
    private final Cublas library;
    private final ConvolutionPass pass;
    private final ConvolutionGeometry geometry;
    private final long coarseChannels;
    private final long fineChannels;
    private final long kernelVoxels;
    private final long coarseVoxels;
    private final long scratchBytes;
    private final long groupChannels;

    CublasUpConvolution(Kernels kernels, Cublas library, ConvolutionPass pass, ConvolutionGeometry geometry,
                        long workspaceLimit) {
        this.kernels = kernels;
        this.library = library;
        this.pass = pass;
        this.geometry = geometry;
        this.coarseChannels = geometry.filter().size(0);
        this.fineChannels = geometry.filter().size(1);
        this.kernelVoxels = geometry.filter().voxels();
        this.coarseVoxels = geometry.output().voxels();
        this.scratchBytes = library.workspaceBytes(workspaceLimit);
        this.groupChannels = Math.clamp((workspaceLimit - scratchBytes) / channelBytes(), 1, fineChannels);
    }

    /** Bytes of P for one output channel. */
    private long channelBytes() {
        return kernelVoxels * coarseVoxels * Float.BYTES;
    }

    /** P, and behind it what cuBLAS is given. */
    @Override
    public long workspaceBytes() {
        return Math.addExact(Buffer.aligned(groupChannels * channelBytes()), scratchBytes);
    }

    @Override
    public String algorithm() {
        return AlgorithmChoice.cublas(workspaceBytes()).label();
    }

    @Override
    public ConvolutionPass pass() {
        return pass;
    }

    @Override
    public ConvolutionGeometry geometry() {
        return geometry;
    }

    @Override
    public Launch bind(ConvolutionMemory memory) {
        List<Part> parts = new ArrayList<>();
        for (long n = 0; n < geometry.output().batch(); n++) {
            for (long channel = 0; channel < fineChannels; channel += groupChannels) {
                parts.add(new Part(memory, n, channel, Math.min(groupChannels, fineChannels - channel)));
            }
        }
        Part[] all = parts.toArray(Part[]::new);
        return step -> {
            for (Part part : all) {
                part.run(step);
            }
        };
    }

    /** A group of channels of one sample. */
    private final class Part {
        private final KernelCall reorder;
        private final MatrixProduct product;
        private final boolean firstSample;
        private final boolean firstGroup;

        Part(ConvolutionMemory memory, long n, long channel, long channels) {
            long rows = channels * kernelVoxels;
            DevicePointer fine = memory.input().plus((n * geometry.samplePitch() + channel) * channelBytes());
            DevicePointer coarse = memory.output().plus(n * coarseChannels * coarseVoxels * Float.BYTES);
            DevicePointer weight = memory.filter().plus(channel * kernelVoxels * Float.BYTES);
            firstSample = n == 0;
            firstGroup = channel == 0;
            long weightRow = fineChannels * kernelVoxels;
            Matrix p = Matrix.of(memory.workspace(), coarseVoxels);
            Scratch scratch = new Scratch(memory.workspace().plus(workspaceBytes() - scratchBytes), scratchBytes);
            Matrix x = Matrix.of(coarse, coarseVoxels);
            product = switch (pass) {
                case BackwardDataPass _ -> new MatrixProduct(library, scratch, Matrix.transposed(weight, weightRow), x,
                        p, rows, coarseVoxels, coarseChannels);
                case ForwardPass _ -> new MatrixProduct(library, scratch, Matrix.of(weight, weightRow), p, x,
                        coarseChannels, coarseVoxels, rows);
                case BackwardFilterPass _ -> new MatrixProduct(library, scratch, x,
                        Matrix.transposed(memory.workspace(), coarseVoxels), Matrix.of(weight, weightRow),
                        coarseChannels, rows, coarseVoxels);
            };
            reorder = pass instanceof BackwardDataPass
                    ? reorder("depth_to_space", fine, memory.workspace(), channels)
                    : reorder("space_to_depth", memory.workspace(), fine, channels);
        }

        private KernelCall reorder(String function, DevicePointer destination, DevicePointer source, long channels) {
            Extents coarse = Extents.of(geometry.output());
            Extents kernel = Extents.of(geometry.filter());
            PlaneTiles tiles = PlaneTiles.of(coarse, kernel);
            return kernels.call("up_convolution", function).pointers(destination, source)
                    .sizes(coarse.depth(), coarse.height(), coarse.width(), kernel.depth(), kernel.height(),
                            kernel.width(), tiles.rows(), tiles.columns())
                    .build(channels * kernel.depth() * coarse.depth() * tiles.count());
        }

        void run(Step step) {
            switch (pass) {
                case BackwardDataPass _ -> {
                    product.run(false);
                    reorder.launch();
                }
                case ForwardPass _ -> {
                    reorder.launch();
                    product.run(!firstGroup);
                }
                case BackwardFilterPass _ -> {
                    reorder.launch();
                    product.run(step.accumulate || !firstSample);
                }
            }
        }
    }
}
