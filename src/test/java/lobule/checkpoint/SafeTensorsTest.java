package lobule.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lobule.file.InputException;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafeTensorsTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsRead() {
        Path file = folder.resolve("model.safetensors");
        writer().write(file);
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertEquals(Map.of("loss", "dice", "note", "é \" \\ 体"), tensors.metadata());
            assertEquals(List.of("sums", "weight", "scalar", "flag"), List.copyOf(tensors.entries().keySet()));
            assertEquals(Shape.of(2, 3), tensors.entry("weight").shape());
            assertEquals(ElementType.F32, tensors.entry("weight").type());
            assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5},
                    tensors.entry("weight").data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED));
            assertEquals(Math.PI, tensors.entry("sums").data().get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0));
            assertEquals(Shape.of(), tensors.entry("scalar").shape());
            assertEquals(7, tensors.entry("flag").data().get(ValueLayout.JAVA_BYTE, 2));
        }
    }

    @Test
    void aHeaderLongerThanAnyIsRefusedUnread() throws IOException {
        Path file = folder.resolve("long");
        int length = 92 << 20;
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.writeLong(Long.reverseBytes(length));
            sparse.setLength(8L + length);
        }
        String message = assertThrows(CheckpointException.class, () -> SafeTensors.open(file)).getMessage();
        assertTrue(message.contains("gives 96468992 bytes as the length of its header, expected 2 to 16777216"),
                message);
    }

    @Test
    void bytesAreDeterministicAlignedAndAsTheFormatSays() throws IOException {
        writer().write(folder.resolve("a"));
        writer().write(folder.resolve("b"));
        byte[] bytes = Files.readAllBytes(folder.resolve("a"));
        assertArrayEquals(bytes, Files.readAllBytes(folder.resolve("b")));
        long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertEquals(0, header % 8);
        assertEquals('{', bytes[8]);
        assertEquals(8 + header + 8 + 24 + 4 + 3, bytes.length);
    }

    @Test
    void everyFlippedBitIsFound() throws IOException {
        Path file = folder.resolve("model.safetensors");
        writer().write(file);
        byte[] whole = Files.readAllBytes(file);
        for (int bit = 0; bit < 8 * whole.length; bit += 3) {
            byte[] damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, damaged);
            boolean keyIsGone = !new String(damaged, StandardCharsets.ISO_8859_1).contains("\"checksum\":\"");
            if (!keyIsGone) {
                assertThrows(CheckpointException.class, () -> SafeTensors.open(file).close(), "bit " + bit);
            }
        }
    }

    @Test
    void aFailedWriteLeavesTheOldFileAndNothingElse() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.writeString(file, "old");
        SafeTensorsWriter broken = writer().add("broken", TensorSpec.rowMajor(1), segment -> {
            throw new IllegalStateException("no data");
        });
        assertThrows(IllegalStateException.class, () -> broken.write(file));
        assertEquals("old", Files.readString(file));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(file), files.toList());
        }
        writer().write(file);
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertEquals(4, tensors.entries().size());
        }
    }

    @Test
    void anUnwritablePlaceIsNamed() throws IOException {
        Path file = Files.createFile(folder.resolve("file")).resolve("model.safetensors");
        InputException e = assertThrows(InputException.class, () -> writer().write(file));
        assertTrue(e.getMessage().startsWith(file + ": cannot be written"), e.getMessage());
    }

    @Test
    void aNameIsWrittenOnce() {
        SafeTensorsWriter writer = writer();
        assertThrows(IllegalArgumentException.class,
                () -> writer.add("weight", TensorSpec.rowMajor(1), segment -> {}));
    }

    @Test
    void aFileWithoutTensorsIsFine() {
        new SafeTensorsWriter(Map.of()).write(folder.resolve("empty"));
        try (SafeTensors tensors = SafeTensors.open(folder.resolve("empty"))) {
            assertTrue(tensors.entries().isEmpty());
            assertTrue(tensors.metadata().isEmpty());
        }
    }

    @Test
    void wrongExpectationsNameFileAndTensor() {
        Path file = folder.resolve("model.safetensors");
        writer().write(file);
        try (SafeTensors tensors = SafeTensors.open(file)) {
            assertEquals(file + ": has no tensor head.weight", message(() -> tensors.entry("head.weight")));
            assertEquals(file + ": tensor weight is F32(2x3), expected F32(3x2)",
                    message(() -> tensors.entry("weight", ElementType.F32, Shape.of(3, 2))));
        }
    }

    @Test
    void dataIsGoneAfterClosing() {
        Path file = folder.resolve("model.safetensors");
        writer().write(file);
        SafeTensors tensors = SafeTensors.open(file);
        MemorySegment data = tensors.entry("weight").data();
        tensors.close();
        tensors.close();
        assertFalse(data.scope().isAlive());
    }

    static Stream<Arguments> damaged() {
        String good = "'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}";
        return Stream.of(
                Arguments.of("{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}", 8, "not valid JSON"),
                Arguments.of("[]", 0, "not a JSON object"),
                Arguments.of("{}{}", 0, "not valid JSON"),
                Arguments.of("{'a':3}", 0, "tensor a: is 3"),
                Arguments.of("{" + good + "," + good + "}", 8, "not valid JSON (Duplicate"),
                Arguments.of("{'__metadata__':[]," + good + "}", 8, "__metadata__ is []"),
                Arguments.of("{'__metadata__':{'rank':2}," + good + "}", 8, "__metadata__.rank is 2"),
                Arguments.of("{" + good.replace("F32", "F33") + "}", 8, "tensor a: dtype is \"F33\", expected one"),
                Arguments.of("{" + good.replace("'dtype':'F32',", "") + "}", 8, "tensor a: dtype is missing"),
                Arguments.of("{" + good.replace("[2]", "2") + "}", 8, "tensor a: shape is 2"),
                Arguments.of("{" + good.replace("[2]", "[-2]") + "}", 8, "tensor a: shape holds -2"),
                Arguments.of("{" + good.replace("[2]", "[2.0]") + "}", 8, "tensor a: shape holds 2.0"),
                Arguments.of("{" + good.replace("[2]", "[0]") + "}", 8, "tensor a: shape is [0]"),
                Arguments.of("{" + good.replace("[2]", "[3]") + "}", 8, "hold 8 bytes, expected 12 for F32(3)"),
                Arguments.of("{" + good.replace("[2]", "[4611686018427387904,4]") + "}", 8, "expected less than 2^63"),
                Arguments.of("{" + good.replace("[2]", "[99999999999999999999]") + "}", 8, "tensor a: shape holds"),
                Arguments.of("{" + good.replace("[0,8]", "[8,0]") + "}", 8, "data_offsets is [8, 0]"),
                Arguments.of("{" + good.replace("[0,8]", "[0]") + "}", 8, "data_offsets is [0]"),
                Arguments.of("{" + good.replace("[0,8]", "[4,12]") + "}", 8, "within the 8 bytes of data"),
                Arguments.of("{" + good.replace("[0,8]", "[4,12]") + "}", 12, "begins at byte 4 of the data"),
                Arguments.of("{" + good + "," + good.replace("'a'", "'b'") + "}", 8,
                        "tensor b: begins at byte 0 of the data, expected 8"),
                Arguments.of("{" + good + "}", 9, "has 9 bytes of data, expected 8"),
                Arguments.of("{" + good + "}", 7, "within the 7 bytes"));
    }

    @ParameterizedTest
    @MethodSource("damaged")
    void aDamagedHeaderIsNamed(String header, int dataBytes, String problem) throws IOException {
        byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        Path file = folder.resolve("damaged.safetensors");
        Files.write(file, ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length).put(json).array());
        assertProblem(file, problem);
    }

    @Test
    void aFileThatIsNoneIsNamed() throws IOException {
        Path file = folder.resolve("none.safetensors");
        assertProblem(file, "does not exist");
        assertProblem(folder, "is a folder");
        Files.write(file, new byte[0]);
        assertProblem(file, "has 0 bytes");
        Files.write(file, new byte[7]);
        assertProblem(file, "has 7 bytes");
        Files.write(file, new byte[8]);
        assertProblem(file, "gives 0 bytes");
        Files.write(file, ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN).putLong(Long.MAX_VALUE).array());
        assertProblem(file, "gives 9223372036854775807 bytes as the length of its header, expected 2 to 12");
        Files.write(file, ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN).putLong(-1).array());
        assertProblem(file, "gives 18446744073709551615 bytes");
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        Path file = folder.resolve("model.safetensors");
        writer().write(file);
        byte[] bytes = Files.readAllBytes(file);
        for (int length = 0; length < bytes.length; length++) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertProblem(file, "");
        }
    }

    private static void assertProblem(Path file, String problem) {
        String message = message(() -> SafeTensors.open(file).close());
        assertTrue(message.startsWith(file + ": ") && message.contains(problem), message);
        assertFalse(message.contains("\n"), message);
    }

    private static String message(Runnable action) {
        return assertThrows(CheckpointException.class, action::run).getMessage();
    }

    private static SafeTensorsWriter writer() {
        return new SafeTensorsWriter(Map.of("note", "é \" \\ 体", "loss", "dice"))
                .add("flag", TensorSpec.rowMajor(DType.UINT8, 3),
                        segment -> segment.set(ValueLayout.JAVA_BYTE, 2, (byte) 7))
                .add("weight", TensorSpec.rowMajor(2, 3), segment -> {
                    for (int i = 0; i < 6; i++) {
                        segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, i);
                    }
                })
                .add("scalar", TensorSpec.rowMajor(), segment -> {})
                .add("sums", TensorSpec.rowMajor(DType.FLOAT64, 1),
                        segment -> segment.set(ValueLayout.JAVA_DOUBLE, 0, Math.PI));
    }
}
