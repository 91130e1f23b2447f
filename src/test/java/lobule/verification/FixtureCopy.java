package lobule.verification;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import lobule.checkpoint.ElementType;
import lobule.checkpoint.SafeTensors;
import lobule.checkpoint.SafeTensorsWriter;
import lobule.tensor.DType;
import lobule.tensor.Layout;
import lobule.tensor.TensorSpec;

/** A copy of a safetensors file, to be changed before it is written. */
public final class FixtureCopy {
    private final Map<String, String> metadata;
    private final Map<String, byte[]> data = new HashMap<>();
    private final Map<String, TensorSpec> specs = new HashMap<>();

    /** Of the smallest recorded step. */
    public FixtureCopy() {
        this(Fixtures.smallest());
    }

    public FixtureCopy(Path file) {
        try (SafeTensors tensors = SafeTensors.open(file)) {
            metadata = new HashMap<>(tensors.metadata());
            tensors.entries().forEach((name, entry) -> {
                data.put(name, entry.data().toArray(ValueLayout.JAVA_BYTE));
                DType type = entry.type() == ElementType.U8 ? DType.UINT8 : DType.FLOAT32;
                specs.put(name, new TensorSpec(entry.shape(), type, Layout.ROW_MAJOR));
            });
        }
    }

    public Map<String, String> metadata() {
        return metadata;
    }

    /** The tensor's bytes, which may be changed. */
    public byte[] data(String name) {
        return data.get(name);
    }

    /** Puts a tensor of zeros in the place of another, or beside the others. */
    public void set(String name, TensorSpec spec) {
        specs.put(name, spec);
        data.put(name, new byte[Math.toIntExact(spec.bytes())]);
    }

    public void setFloat(String name, long index, float value) {
        MemorySegment.ofArray(data(name)).setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, index, value);
    }

    public void remove(String name) {
        specs.remove(name);
        data.remove(name);
    }

    public void write(Path file) {
        SafeTensorsWriter writer = new SafeTensorsWriter(metadata);
        specs.forEach((name, spec) -> writer.add(name, spec,
                segment -> segment.copyFrom(MemorySegment.ofArray(data.get(name)))));
        writer.write(file);
    }
}
