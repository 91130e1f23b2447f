package lobule.device.cuda.convolution;

import static jcuda.driver.JCudaDriver.cuMemcpyDtoDAsync;

import lobule.device.Launch;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.driver.Driver;

/** A convolution whose input is not aligned as cuDNN wants it: it works on a copy, at the start of the workspace. */
final class CopiedInput implements ConvolutionKernel {
    private final CudaContext context;
    private final ConvolutionKernel convolution;
    private final ConvolutionGeometry geometry;

    /** Owns {@code convolution}, which is of {@link ConvolutionGeometry#dense}. */
    CopiedInput(CudaContext context, ConvolutionKernel convolution, ConvolutionGeometry geometry) {
        this.context = context;
        this.convolution = convolution;
        this.geometry = geometry;
    }

    @Override
    public long workspaceBytes() {
        return Math.addExact(geometry.copyBytes(), convolution.workspaceBytes());
    }

    @Override
    public String algorithm() {
        return convolution.algorithm();
    }

    @Override
    public ConvolutionPass pass() {
        return convolution.pass();
    }

    @Override
    public ConvolutionGeometry geometry() {
        return geometry;
    }

    @Override
    public Launch bind(ConvolutionMemory memory) {
        DevicePointer copy = memory.workspace();
        Launch launch = convolution.bind(new ConvolutionMemory(copy, memory.filter(), memory.output(),
                copy.plus(geometry.copyBytes()), convolution.workspaceBytes()));
        Copies in = new Copies(copy, geometry.input().channels(), memory.input(), geometry.samplePitch());
        Copies out = new Copies(memory.input(), geometry.samplePitch(), copy, geometry.input().channels());
        return pass() instanceof BackwardDataPass ? step -> {
            launch.run(step);
            out.run();
        } : step -> {
            in.run();
            launch.run(step);
        };
    }

    /** Of each sample; pitches are channels from one to the next. */
    private final class Copies {
        private final DevicePointer[] to = new DevicePointer[Math.toIntExact(geometry.input().batch())];
        private final DevicePointer[] from = new DevicePointer[to.length];
        private final long bytes = geometry.input().channels() * geometry.input().voxels() * Float.BYTES;

        Copies(DevicePointer to, long toPitch, DevicePointer from, long fromPitch) {
            long channelBytes = geometry.input().voxels() * Float.BYTES;
            for (int n = 0; n < this.to.length; n++) {
                this.to[n] = to.plus(n * toPitch * channelBytes);
                this.from[n] = from.plus(n * fromPitch * channelBytes);
            }
        }

        void run() {
            for (int n = 0; n < to.length; n++) {
                int status = cuMemcpyDtoDAsync(to[n], from[n], bytes, context.compute());
                if (status != 0) {
                    Driver.check(status, "cuMemcpyDtoDAsync", geometry);
                }
            }
        }
    }

    @Override
    public void close() {
        convolution.close();
    }
}
