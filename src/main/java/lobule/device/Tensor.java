package lobule.device;

import lobule.tensor.TensorSpec;

/** A typed part of a buffer. */
public record Tensor(Buffer buffer, long offset, TensorSpec spec) {
    public Tensor {
        if (offset < 0 || offset % Buffer.ALIGNMENT != 0 || spec.bytes() > buffer.bytes() - offset) {
            throw new IllegalArgumentException("tensor " + spec + " of " + spec.bytes() + " bytes does not fit at offset "
                    + offset + " of a buffer of " + buffer.bytes() + " bytes, aligned to " + Buffer.ALIGNMENT);
        }
    }
}
