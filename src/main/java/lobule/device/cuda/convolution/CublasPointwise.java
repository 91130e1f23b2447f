package lobule.device.cuda.convolution;

import java.util.ArrayList;
import java.util.List;
import lobule.device.Launch;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.library.Cublas;
import lobule.device.cuda.library.MatrixProduct.Matrix;
import lobule.device.cuda.library.MatrixProduct.Scratch;
import lobule.device.cuda.library.MatrixProduct;
import lobule.device.cuda.options.AlgorithmChoice;

/** One pass of a convolution with kernel 1 as a product a sample, over matrices (channels, voxels); W is (K, C). */
final class CublasPointwise implements ConvolutionKernel {
    private final Cublas library;
    private final ConvolutionPass pass;
    private final ConvolutionGeometry geometry;
    private final long workspaceBytes;

    CublasPointwise(Cublas library, ConvolutionPass pass, ConvolutionGeometry geometry, long workspaceLimit) {
        this.library = library;
        this.pass = pass;
        this.geometry = geometry;
        this.workspaceBytes = library.workspaceBytes(workspaceLimit);
    }

    @Override
    public long workspaceBytes() {
        return workspaceBytes;
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
        List<MatrixProduct> products = new ArrayList<>();
        for (long n = 0; n < geometry.input().batch(); n++) {
            products.add(product(memory, n));
        }
        MatrixProduct[] samples = products.toArray(MatrixProduct[]::new);
        boolean gradient = pass instanceof BackwardFilterPass;
        return step -> {
            for (int n = 0; n < samples.length; n++) {
                samples[n].run(gradient && (n > 0 || step.accumulate));
            }
        };
    }

    private MatrixProduct product(ConvolutionMemory memory, long n) {
        long in = geometry.filter().size(1);
        long out = geometry.filter().size(0);
        long voxels = geometry.input().voxels();
        DevicePointer x = memory.input().plus(n * in * voxels * Float.BYTES);
        DevicePointer y = memory.output().plus(n * out * voxels * Float.BYTES);
        DevicePointer weight = memory.filter();
        Scratch scratch = new Scratch(memory.workspace(), workspaceBytes);
        return switch (pass) {
            case ForwardPass _ -> new MatrixProduct(library, scratch, Matrix.of(weight, in), Matrix.of(x, voxels),
                    Matrix.of(y, voxels), out, voxels, in);
            case BackwardDataPass _ -> new MatrixProduct(library, scratch, Matrix.transposed(weight, in),
                    Matrix.of(y, voxels), Matrix.of(x, voxels), in, voxels, out);
            case BackwardFilterPass _ -> new MatrixProduct(library, scratch, Matrix.of(y, voxels),
                    Matrix.transposed(x, voxels), Matrix.of(weight, in), out, in, voxels);
        };
    }
}
