package lobule.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import lobule.tensor.TensorSpec;

/** Values of a tensor in a test, row-major in its logical shape, rounded to its type. */
record HostArray(TensorSpec spec, double[] values) {
    HostArray {
        values = values.clone();
        if (values.length != spec.shape().elements()) {
            throw new IllegalArgumentException(values.length + " values for " + spec);
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = switch (spec.type()) {
                case FLOAT32 -> (float) values[i];
                case FLOAT64 -> values[i];
                case UINT8 -> (int) values[i] & 0xFF;
            };
        }
    }

    static HostArray of(TensorSpec spec, double... values) {
        return new HostArray(spec, values);
    }

    static HostArray filled(TensorSpec spec, double value) {
        return generated(spec, _ -> value);
    }

    static HostArray generated(TensorSpec spec, IntToDoubleFunction value) {
        double[] values = new double[Math.toIntExact(spec.shape().elements())];
        Arrays.setAll(values, value);
        return new HostArray(spec, values);
    }

    /** Standard normal values; the same for the same seed. */
    static HostArray random(TensorSpec spec, long seed) {
        Random random = new Random(seed);
        return generated(spec, _ -> random.nextGaussian());
    }

    /** Labels from 0 to classes-1. */
    static HostArray labels(TensorSpec spec, int classes, long seed) {
        Random random = new Random(seed);
        return generated(spec, _ -> random.nextInt(classes));
    }

    HostArray map(DoubleUnaryOperator change) {
        return generated(spec, i -> change.applyAsDouble(values[i]));
    }

    HostArray with(int index, double value) {
        double[] changed = values.clone();
        changed[index] = value;
        return new HostArray(spec, changed);
    }

    double get(int index) {
        return values[index];
    }

    double largest() {
        return Arrays.stream(values).map(Math::abs).max().orElse(0);
    }

    MemorySegment bytes() {
        MemorySegment bytes = Arena.ofAuto().allocate(spec.bytes(), Double.BYTES);
        for (int i = 0; i < values.length; i++) {
            switch (spec.type()) {
                case FLOAT32 -> bytes.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) values[i]);
                case FLOAT64 -> bytes.setAtIndex(ValueLayout.JAVA_DOUBLE, i, values[i]);
                case UINT8 -> bytes.set(ValueLayout.JAVA_BYTE, i, (byte) (int) values[i]);
            }
        }
        return bytes;
    }

    static HostArray download(Device device, Tensor tensor) {
        MemorySegment bytes = Arena.ofAuto().allocate(tensor.spec().bytes(), Double.BYTES);
        device.download(tensor, bytes);
        return generated(tensor.spec(), i -> switch (tensor.spec().type()) {
            case FLOAT32 -> bytes.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            case FLOAT64 -> bytes.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
            case UINT8 -> Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, i));
        });
    }
}
