package lobule.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lobule.file.DocumentFormat;
import lobule.file.InputException;
import lobule.tensor.Shape;
import tools.jackson.databind.JsonNode;

/** The checked header of a safetensors file. */
record SafeTensorsHeader(Map<String, String> metadata, List<Field> fields, long dataStart) {
    static final String METADATA = "__metadata__";
    static final long LENGTH_BYTES = Long.BYTES;
    /** The format allows 100 MB of JSON, which take ten times that to parse; a tensor takes a hundred bytes. */
    private static final long LONGEST = 16 << 20;
    private static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED;

    /** One tensor; offsets are in bytes from {@link #dataStart()}. */
    record Field(String name, ElementType type, Shape shape, long begin, long end) {}

    /** @throws CheckpointException naming the file, the field and what was expected */
    static SafeTensorsHeader read(Path file, MemorySegment content) {
        return new Parser(file, content).parse();
    }

    private static final class Parser {
        private final Path file;
        private final MemorySegment content;
        private long dataStart;

        Parser(Path file, MemorySegment content) {
            this.file = file;
            this.content = content;
        }

        SafeTensorsHeader parse() {
            require(content.byteSize() >= LENGTH_BYTES, "has " + content.byteSize()
                    + " bytes, expected a safetensors file, which has at least " + LENGTH_BYTES);
            long length = content.get(LENGTH, 0);
            long room = content.byteSize() - LENGTH_BYTES;
            require(length >= 2 && length <= Math.min(room, LONGEST), "gives " + Long.toUnsignedString(length)
                    + " bytes as the length of its header, expected 2 to " + Math.min(room, LONGEST)
                    + "; it is cut short or no safetensors file");
            dataStart = LENGTH_BYTES + length;
            JsonNode root = json(content.asSlice(LENGTH_BYTES, length).toArray(ValueLayout.JAVA_BYTE));
            Map<String, String> metadata = Map.of();
            List<Field> fields = new ArrayList<>();
            for (Map.Entry<String, JsonNode> property : root.properties()) {
                if (property.getKey().equals(METADATA)) {
                    metadata = metadata(property.getValue());
                } else {
                    fields.add(field(property.getKey(), property.getValue()));
                }
            }
            requireGapless(fields);
            return new SafeTensorsHeader(metadata, List.copyOf(fields), dataStart);
        }

        private JsonNode json(byte[] text) {
            try {
                JsonNode root = DocumentFormat.JSON.tree(file + ": header", text);
                require(root.isObject(), "has a header that is not a JSON object");
                return root;
            } catch (InputException e) {
                throw new CheckpointException(e.getMessage(), e);
            }
        }

        private Map<String, String> metadata(JsonNode node) {
            require(node.isObject(), METADATA + " is " + brief(node) + ", expected an object of texts");
            Map<String, String> metadata = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> property : node.properties()) {
                require(property.getValue().isString(), METADATA + "." + property.getKey() + " is "
                        + brief(property.getValue()) + ", expected a text");
                metadata.put(property.getKey(), property.getValue().stringValue());
            }
            return Collections.unmodifiableMap(metadata);
        }

        private Field field(String name, JsonNode node) {
            String where = "tensor " + name + ": ";
            require(node.isObject(), where + "is " + brief(node) + ", expected dtype, shape and data_offsets");
            ElementType type = type(where, node.path("dtype"));
            Shape shape = shape(where, numbers(where + "shape", node.path("shape")));
            List<Long> offsets = numbers(where + "data_offsets", node.path("data_offsets"));
            long room = content.byteSize() - dataStart;
            require(offsets.size() == 2 && offsets.get(0) <= offsets.get(1) && offsets.get(1) <= room,
                    where + "data_offsets is " + offsets + ", expected begin and end within the " + room
                            + " bytes of data");
            long bytes = offsets.get(1) - offsets.get(0);
            require(bytes == bytes(where, type, shape), where + "data_offsets " + offsets + " hold " + bytes
                    + " bytes, expected " + bytes(where, type, shape) + " for " + type + shape);
            return new Field(name, type, shape, offsets.get(0), offsets.get(1));
        }

        private ElementType type(String where, JsonNode node) {
            return ElementType.of(node.isString() ? node.stringValue() : "").orElseThrow(() -> new CheckpointException(
                    file + ": " + where + "dtype is " + brief(node) + ", expected one of "
                            + List.of(ElementType.values())));
        }

        private Shape shape(String where, List<Long> sizes) {
            require(!sizes.contains(0L), where + "shape is " + sizes + ", expected no axis of size 0");
            return new Shape(sizes);
        }

        private long bytes(String where, ElementType type, Shape shape) {
            try {
                return Math.multiplyExact(shape.elements(), (long) type.bytes());
            } catch (ArithmeticException e) {
                throw new CheckpointException(file + ": " + where + "shape is " + shape
                        + ", expected less than 2^63 bytes", e);
            }
        }

        private List<Long> numbers(String what, JsonNode node) {
            require(node.isArray(), what + " is " + brief(node) + ", expected an array of whole numbers");
            List<Long> numbers = new ArrayList<>();
            for (JsonNode number : node) {
                require(number.isIntegralNumber() && number.canConvertToLong() && number.longValue() >= 0,
                        what + " holds " + brief(number) + ", expected whole numbers from 0");
                numbers.add(number.longValue());
            }
            return numbers;
        }

        /** The format allows neither holes nor overlaps, so that every byte has one meaning. */
        private void requireGapless(List<Field> fields) {
            long end = 0;
            List<Field> inOrder = fields.stream().sorted(Comparator.comparingLong(Field::begin)
                    .thenComparingLong(Field::end)).toList();
            for (Field field : inOrder) {
                require(field.begin() == end, "tensor " + field.name() + ": begins at byte " + field.begin()
                        + " of the data, expected " + end + ", where the tensor before it ends");
                end = field.end();
            }
            require(dataStart + end == content.byteSize(), "has " + (content.byteSize() - dataStart)
                    + " bytes of data, expected " + end + " for its tensors");
        }

        private static String brief(JsonNode node) {
            String text = node.isMissingNode() ? "missing" : node.toString();
            return text.length() <= 60 ? text : text.substring(0, 60) + "…";
        }

        private void require(boolean holds, String problem) {
            if (!holds) {
                throw new CheckpointException(file + ": " + problem);
            }
        }
    }
}
