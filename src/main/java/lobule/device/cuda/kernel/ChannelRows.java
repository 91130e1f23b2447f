package lobule.device.cuda.kernel;

import lobule.tensor.Shape;

/** An activation as rows of voxels, one a sample and channel, each cut into chunks of one block. */
public record ChannelRows(long batch, long channels, long voxels, long chunks) {

    public static ChannelRows of(Shape shape) {
        return new ChannelRows(shape.batch(), shape.channels(), shape.voxels(), Kernels.chunks(shape.voxels()));
    }

    /** Blocks that go over all rows. */
    public long blocks() {
        return batch * channels * chunks;
    }

    /** Bytes of {@code values} partial sums a block. */
    public long partialBytes(long values) {
        return values * blocks() * Double.BYTES;
    }
}
