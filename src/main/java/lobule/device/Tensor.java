package lobule.device;

import java.lang.foreign.MemorySegment;
import lobule.tensor.TensorSpec;

/** A typed part of a buffer. */
public record Tensor(Buffer buffer, long offset, TensorSpec spec) {
    public Tensor {
        if (offset < 0 || offset % Buffer.ALIGNMENT != 0 || spec.bytes() > buffer.bytes() - offset) {
            throw new IllegalArgumentException("tensor " + spec + " of " + spec.bytes()
                    + " bytes does not fit at offset " + offset + " of a buffer of " + buffer.bytes()
                    + " bytes, aligned to " + Buffer.ALIGNMENT);
        }
    }

    /** Whether both start at one address: an op then works in place. */
    public boolean sameMemory(Tensor other) {
        return buffer.equals(other.buffer) && offset == other.offset;
    }

    /** Refuses a host copy that has not exactly this tensor's bytes. */
    public void requireSize(MemorySegment host) {
        if (host.byteSize() != spec.bytes()) {
            throw new IllegalArgumentException("host memory has " + host.byteSize() + " bytes, expected "
                    + spec.bytes() + " for tensor " + spec);
        }
    }
}
