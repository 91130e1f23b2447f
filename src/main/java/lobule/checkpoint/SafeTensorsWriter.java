package lobule.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import lobule.file.AtomicFile;
import lobule.tensor.TensorSpec;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes a safetensors file whole or not at all, one tensor in memory at a time, with a {@link FileChecksum}. The same
 * tensors and metadata give the same bytes. Tensors lie in the order of their element size, largest first, then of
 * their addition: all are aligned.
 */
public final class SafeTensorsWriter {
    private static final int HEADER_ALIGNMENT = 8;
    /** A ByteBuffer ends at 2 GiB. */
    private static final long CHUNK_BYTES = 1 << 24;

    private final Map<String, String> metadata;
    private final Map<String, Source> sources = new LinkedHashMap<>();

    private record Source(String name, TensorSpec spec, Consumer<MemorySegment> content) {}

    public SafeTensorsWriter(Map<String, String> metadata) {
        this.metadata = new TreeMap<>(metadata);
        if (this.metadata.putIfAbsent(FileChecksum.KEY, FileChecksum.PLACEHOLDER) != null) {
            throw new IllegalArgumentException("the metadata key " + FileChecksum.KEY + " is the writer's own");
        }
    }

    /**
     * Adds a tensor.
     *
     * @param content fills zeroed memory of {@code spec.bytes()} bytes, row-major; called when the file is written
     * @throws IllegalArgumentException where there is a tensor of that name already
     */
    public SafeTensorsWriter add(String name, TensorSpec spec, Consumer<MemorySegment> content) {
        if (name.equals(SafeTensorsHeader.METADATA) || sources.containsKey(name)) {
            throw new IllegalArgumentException("the file already has an entry " + name);
        }
        sources.put(name, new Source(name, spec, content));
        return this;
    }

    /**
     * Writes the file; what was there before stays until the new one is complete and on disk.
     *
     * @throws lobule.file.InputException where the place cannot be written to
     */
    public void write(Path target) {
        AtomicFile.writeChannel(target, this::writeContent);
    }

    private void writeContent(FileChannel channel) throws IOException {
        List<Source> inOrder = sources.values().stream()
                .sorted(Comparator.comparingInt((Source source) -> source.spec().type().bytes()).reversed()).toList();
        byte[] header = header(inOrder);
        CRC32C sum = new CRC32C();
        write(channel, ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header.length), sum);
        write(channel, ByteBuffer.wrap(header), sum);
        for (Source source : inOrder) {
            write(channel, source, sum);
        }
        channel.write(FileChecksum.bytes(FileChecksum.digits(sum)), Long.BYTES + FileChecksum.digitsIn(header));
    }

    private static void write(FileChannel channel, Source source, CRC32C sum) throws IOException {
        try (Arena arena = Arena.ofShared()) {
            long bytes = source.spec().bytes();
            MemorySegment host = arena.allocate(bytes, Long.BYTES);
            source.content().accept(host);
            for (long offset = 0; offset < bytes; offset += CHUNK_BYTES) {
                write(channel, host.asSlice(offset, Math.min(CHUNK_BYTES, bytes - offset)).asByteBuffer(), sum);
            }
        }
    }

    private static void write(FileChannel channel, ByteBuffer bytes, CRC32C sum) throws IOException {
        sum.update(bytes.duplicate());
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** JSON, padded with spaces so that the data begins at a multiple of 8. */
    private byte[] header(List<Source> inOrder) {
        Map<String, Object> header = new LinkedHashMap<>();
        header.put(SafeTensorsHeader.METADATA, metadata);
        long offset = 0;
        for (Source source : inOrder) {
            Map<String, Object> field = new LinkedHashMap<>();
            field.put("dtype", ElementType.of(source.spec().type()).name());
            field.put("shape", source.spec().shape().sizes());
            field.put("data_offsets", List.of(offset, offset + source.spec().bytes()));
            header.put(source.name(), field);
            offset += source.spec().bytes();
        }
        String json = JsonMapper.shared().writeValueAsString(header);
        int length = json.getBytes(StandardCharsets.UTF_8).length;
        int padding = Math.ceilDiv(length, HEADER_ALIGNMENT) * HEADER_ALIGNMENT - length;
        return (json + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
    }
}
