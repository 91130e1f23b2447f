package lobule.device.reference;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Tensor;

/** A float32 activation or convolution weight, stored row-major as (n, c, d, h, w). */
record HostTensor(MemorySegment memory, Extents extents) {

    static HostTensor of(Tensor tensor) {
        return new HostTensor(HostBuffer.segment(tensor), Extents.of(tensor.spec().shape()));
    }

    /** The element at a row-major index. */
    float get(long index) {
        return memory.getAtIndex(JAVA_FLOAT, index);
    }

    void set(long index, double value) {
        memory.setAtIndex(JAVA_FLOAT, index, (float) value);
    }

    float get(long n, long c, long d, long h, long w) {
        return get(extents.index(n, c, d, h, w));
    }

    void set(long n, long c, long d, long h, long w, double value) {
        set(extents.index(n, c, d, h, w), value);
    }

    void readRow(long n, long c, long d, long h, float[] row) {
        long start = extents.index(n, c, d, h, 0);
        MemorySegment.copy(memory, JAVA_FLOAT, start * Float.BYTES, row, 0, row.length);
    }

    void writeRow(long n, long c, long d, long h, double[] row) {
        long start = extents.index(n, c, d, h, 0);
        for (int w = 0; w < row.length; w++) {
            set(start + w, row[w]);
        }
    }
}
