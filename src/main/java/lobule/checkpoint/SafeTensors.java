package lobule.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import lobule.tensor.Shape;

/**
 * A safetensors file mapped into memory: 8 bytes with the length of the header, a JSON header, then the tensors without
 * gaps, all little-endian. Everything about it is checked when it is opened; the data lives until it is closed.
 */
public final class SafeTensors implements AutoCloseable {
    private final Path file;
    private final Arena arena;
    private final Map<String, String> metadata;
    private final Map<String, Entry> entries;

    /**
     * A tensor of the file.
     *
     * @param data its bytes, row-major, read-only; to be read with unaligned layouts, as the format aligns nothing
     */
    public record Entry(String name, ElementType type, Shape shape, MemorySegment data) {}

    private SafeTensors(Path file, Arena arena, MemorySegment content) {
        this.file = file;
        this.arena = arena;
        SafeTensorsHeader header = SafeTensorsHeader.read(file, content);
        requireWhole(content, header);
        this.metadata = withoutChecksum(header.metadata());
        Map<String, Entry> byName = new LinkedHashMap<>();
        for (SafeTensorsHeader.Field field : header.fields()) {
            MemorySegment data = content.asSlice(header.dataStart() + field.begin(), field.end() - field.begin());
            byName.put(field.name(), new Entry(field.name(), field.type(), field.shape(), data));
        }
        this.entries = Collections.unmodifiableMap(byName);
    }

    /** Files that others wrote have no checksum. */
    private void requireWhole(MemorySegment content, SafeTensorsHeader header) {
        if (!header.metadata().containsKey(FileChecksum.KEY)) {
            return;
        }
        int at = FileChecksum.digitsIn(content.asSlice(SafeTensorsHeader.LENGTH_BYTES,
                header.dataStart() - SafeTensorsHeader.LENGTH_BYTES).toArray(ValueLayout.JAVA_BYTE));
        String stored = header.metadata().get(FileChecksum.KEY);
        String found = at < 0 ? "not where it was written"
                : FileChecksum.of(content, SafeTensorsHeader.LENGTH_BYTES + at);
        if (!found.equals(stored)) {
            throw new CheckpointException(file + ": is damaged: its checksum is " + found + ", expected " + stored
                    + "; take another copy of it");
        }
    }

    private static Map<String, String> withoutChecksum(Map<String, String> metadata) {
        Map<String, String> rest = new LinkedHashMap<>(metadata);
        rest.remove(FileChecksum.KEY);
        return Collections.unmodifiableMap(rest);
    }

    /** @throws CheckpointException where the file is missing, unreadable or damaged */
    @SuppressWarnings("MustBeClosedChecker")
    public static SafeTensors open(Path file) {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new CheckpointException(file + ": safetensors are little-endian, this machine is not");
        }
        if (Files.isDirectory(file)) {
            throw new CheckpointException(file + ": is a folder, expected a safetensors file");
        }
        // Shared, because a device may copy with several threads.
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file)) {
            return new SafeTensors(file, arena, channel.map(MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (NoSuchFileException e) {
            arena.close();
            throw new CheckpointException(file + ": does not exist", e);
        } catch (IOException e) {
            arena.close();
            throw new CheckpointException(file + ": cannot be read (" + e + ")", e);
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    public Path file() {
        return file;
    }

    /** The free texts of the file; empty where it has none. */
    public Map<String, String> metadata() {
        return metadata;
    }

    /** All tensors by name, in the order of the header. */
    public Map<String, Entry> entries() {
        return entries;
    }

    /** @throws CheckpointException where the file has no tensor of this name */
    public Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new CheckpointException(file + ": has no tensor " + name);
        }
        return entry;
    }

    /**
     * The tensor of this name.
     *
     * @throws CheckpointException where it is missing or of another type or shape
     */
    public Entry entry(String name, ElementType type, Shape shape) {
        Entry entry = entry(name);
        if (entry.type() != type || !entry.shape().equals(shape)) {
            throw new CheckpointException(file + ": tensor " + name + " is " + entry.type() + entry.shape()
                    + ", expected " + type + shape);
        }
        return entry;
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
