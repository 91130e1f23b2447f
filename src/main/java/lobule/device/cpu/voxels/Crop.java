package lobule.device.cpu.voxels;

import lobule.device.cpu.machine.Extents;
import lobule.op.CropConcatenate;
import lobule.tensor.Shape;

/** Where the voxels of a skip connection are, in bytes, for each row along w of the decoder's size. */
final class Crop {
    private final Extents skip;
    private final Extents up;
    private final long depthStart;
    private final long heightStart;
    private final long widthStart;

    Crop(Shape skipShape, Shape upShape) {
        this.skip = Extents.of(skipShape);
        this.up = Extents.of(upShape);
        this.depthStart = CropConcatenate.start(skip.depth(), up.depth());
        this.heightStart = CropConcatenate.start(skip.height(), up.height());
        this.widthStart = CropConcatenate.start(skip.width(), up.width());
    }

    int rows() {
        return up.rows();
    }

    long width() {
        return up.width();
    }

    long skipBytes() {
        return (long) skip.channels() * Float.BYTES;
    }

    long upBytes() {
        return (long) up.channels() * Float.BYTES;
    }

    /** Byte offset in the encoder's output. */
    long skip(int row, long w) {
        long h = row % up.height();
        long d = row / up.height() % up.depth();
        long n = row / up.height() / up.depth();
        return skip.index(n, d + depthStart, h + heightStart, w + widthStart) * Float.BYTES;
    }

    /** Byte offset in the decoder's part. */
    long up(int row, long w) {
        return (row * up.width() + w) * upBytes();
    }

    /** Byte offset in the concatenation. */
    long joined(int row, long w) {
        return (row * up.width() + w) * (skipBytes() + upBytes());
    }
}
