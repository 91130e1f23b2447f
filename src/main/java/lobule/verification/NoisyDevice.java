package lobule.verification;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import lobule.device.Device;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.WrappedDevice;
import lobule.op.Convolution;
import lobule.op.Op;
import lobule.op.TransposedConvolution;
import lobule.tensor.TensorSpec;

/**
 * A device on the host's memory whose convolutions err: normal noise is added to what they write.
 *
 * @param noise    its norm over that of the result
 * @param seed     other noise for every seed, the same for the same
 * @param prepared counts the convolutions, so that each has noise of its own
 */
record NoisyDevice(Device device, double noise, long seed, AtomicLong prepared) implements WrappedDevice {

    NoisyDevice(Device device, double noise, long seed) {
        this(device, noise, seed, new AtomicLong());
    }

    @Override
    public Kernel prepare(Op op, List<TensorSpec> inputs, List<TensorSpec> states, List<TensorSpec> outputs) {
        Kernel exact = device.prepare(op, inputs, states, outputs);
        boolean convolution = op instanceof Convolution || op instanceof TransposedConvolution;
        return convolution ? new NoisyKernel(exact, seed << 32 | prepared.getAndIncrement(), noise) : exact;
    }

    private record NoisyKernel(Kernel exact, long seed, double noise) implements Kernel {
        @Override
        public long workspaceBytes() {
            return exact.workspaceBytes();
        }

        @Override
        public Launch bind(Operands operands) {
            Launch launch = exact.bind(operands);
            MemorySegment values = HostBuffer.segment(operands.output(0));
            return step -> {
                launch.run(step);
                addNoise(values);
            };
        }

        private void addNoise(MemorySegment values) {
            double squares = 0;
            long count = values.byteSize() / Float.BYTES;
            for (long i = 0; i < count; i++) {
                double value = values.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                squares += value * value;
            }
            double scale = noise * Math.sqrt(squares / count);
            SplittableRandom random = new SplittableRandom(seed);
            for (long i = 0; i < count; i++) {
                double value = values.getAtIndex(ValueLayout.JAVA_FLOAT, i) + scale * random.nextGaussian();
                values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value);
            }
        }

        @Override
        public void close() {
            exact.close();
        }
    }
}
