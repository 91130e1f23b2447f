package lobule.device;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import lobule.tensor.DType;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Assertions;

/**
 * One buffer that holds all operands of an op, each between guard zones. All of it starts as 0xFF bytes, which read as
 * NaN: what is read beyond an operand, or before it was written, shows in the results.
 */
final class GuardedMemory implements AutoCloseable {
    private static final long GUARD_BYTES = 2 * Buffer.ALIGNMENT;
    private static final byte POISON = (byte) 0xFF;

    /** A part of the buffer; {@code writable} if the kernel may change it. */
    private record Region(String name, long offset, long bytes, boolean writable, boolean scratch) {
        boolean contains(long position) {
            return position >= offset && position < offset + bytes;
        }
    }

    private final Device device;
    private final List<Region> regions = new ArrayList<>();
    private long end;
    private Buffer buffer;

    GuardedMemory(Device device) {
        this.device = device;
    }

    /** Adds a region; gives its offset. */
    long reserve(String name, long bytes, boolean writable) {
        return reserve(name, bytes, writable, false);
    }

    /** Adds memory whose contents mean nothing between launches. */
    long reserveScratch(String name, long bytes) {
        return reserve(name, bytes, true, true);
    }

    private long reserve(String name, long bytes, boolean writable, boolean scratch) {
        long offset = Buffer.aligned(end + GUARD_BYTES);
        regions.add(new Region(name, offset, bytes, writable, scratch));
        end = offset + bytes;
        return offset;
    }

    /** Allocates and poisons the buffer, after the last {@link #reserve}. */
    Buffer allocate() {
        long bytes = Buffer.aligned(end + GUARD_BYTES);
        buffer = device.allocate(bytes);
        poison(0, bytes);
        return buffer;
    }

    /** All bytes, scratch regions poisoned again first: a device may refuse to read what a launch left there. */
    MemorySegment contents() {
        for (Region region : regions) {
            if (region.scratch() && region.bytes() > 0) {
                poison(region.offset(), region.bytes());
            }
        }
        MemorySegment contents = Arena.ofAuto().allocate(buffer.bytes());
        device.download(bytes(0, buffer.bytes()), contents);
        return contents;
    }

    private void poison(long offset, long bytes) {
        device.upload(Arena.ofAuto().allocate(bytes).fill(POISON), bytes(offset, bytes));
    }

    /** Fails where a byte changed that the kernel may not change, naming the operand it is in or near. */
    void requireUntouched(MemorySegment before) {
        MemorySegment after = contents();
        long from = 0;
        for (long position = before.mismatch(after); position >= 0; position = mismatch(before, after, from)) {
            Region region = nearest(position);
            if (!region.contains(position) || !region.writable()) {
                Assertions.fail("the kernel changed byte " + (position - region.offset()) + " of " + region.name()
                        + ", which has " + region.bytes() + " bytes" + (region.writable() ? "" : " and is only read"));
            }
            from = region.offset() + region.bytes();
        }
    }

    private static long mismatch(MemorySegment before, MemorySegment after, long from) {
        long relative = before.asSlice(from).mismatch(after.asSlice(from));
        return relative < 0 ? -1 : from + relative;
    }

    private Region nearest(long position) {
        Region nearest = regions.getFirst();
        for (Region region : regions) {
            if (region.offset() <= position) {
                nearest = region;
            }
        }
        return nearest;
    }

    private Tensor bytes(long offset, long bytes) {
        return new Tensor(buffer, offset, TensorSpec.rowMajor(DType.UINT8, bytes));
    }

    @Override
    public void close() {
        if (buffer != null) {
            buffer.close();
        }
    }
}
