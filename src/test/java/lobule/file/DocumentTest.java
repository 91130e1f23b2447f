package lobule.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class DocumentTest {
    /** Every way to read a value. */
    private static final List<Function<Document, Object>> READINGS = List.of(Document::text, Document::path,
            Document::number, Document::flag, Document::list, Document::entries, value -> value.at("inner"),
            value -> value.wholeNumber(0, 9), value -> value.wholeNumber(0L, 9L));

    @TempDir
    private Path folder;

    private static Document json(String text) {
        return DocumentFormat.JSON.parse("file.json", text.replace('\'', '"'));
    }

    private static String refusal(Runnable reading) {
        String message = assertThrows(InputException.class, reading::run).getMessage();
        assertEquals(1, message.lines().count(), message);
        assertTrue(message.length() < 400, message);
        return message;
    }

    @Test
    void valuesAreReadByTheirKind() {
        Document document = json("{'text':'a','path':'/a/b','whole':3,'quoted':'4','number':1.5,'e':'1e-4','flag':true,"
                + "'list':[1,2],'null':null}");
        assertEquals("a", document.at("text").text());
        assertEquals("3", document.at("whole").text());
        assertEquals(Path.of("/a/b"), document.at("path").path());
        assertEquals(3, document.at("whole").wholeNumber(3, 3));
        assertEquals(4, document.at("quoted").wholeNumber(0L, Long.MAX_VALUE));
        assertEquals(1.5, document.at("number").number());
        assertEquals(3, document.at("whole").number());
        assertEquals(1e-4, document.at("e").number());
        assertTrue(document.at("flag").flag());
        assertEquals(2, document.at("list").list().get(1).wholeNumber(0, 9));
        assertTrue(document.at("null").optional().isEmpty() && document.at("absent").optional().isEmpty());
        assertEquals("text", document.entries().keySet().iterator().next());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                    | file.json: a is missing, expected a whole number from 0 to 9.
            {'a':null}            | file.json: a is null, expected a whole number from 0 to 9.
            {'a':10}              | file.json: a is 10, expected a whole number from 0 to 9.
            {'a':99999999999}     | file.json: a is 99999999999, expected
            {'a':1e999}           | file.json: a is "Infinity", expected
            {'a':123456789012345678901234567890} | file.json: a is 123456789012345678901234567890, expected
            {'a':'9999999999999999999'} | file.json: a is "9999999999999999999", expected
            {'a':1.5}             | file.json: a is 1.5, expected
            {'a':[]}              | file.json: a is [], expected
            {'a':{'b':1}}         | file.json: a is {"b":1}, expected
            null                  | file.json: holds null, expected keys with their values.
            [1]                   | file.json: holds [1], expected keys with their values.
            """)
    void aRefusalNamesFileKeyValueAndWhatWasExpected(String text, String expected) {
        String message = refusal(() -> json(text).at("a").wholeNumber(0, 9));
        assertTrue(message.startsWith(expected), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            'a\\u0000b'  | is "a\\u0000b", expected a text without control characters
            '\\ud800'    | expected a text without control characters
            'a\\nb'      | is "a\\nb", expected a text without control characters
            true         | is true, expected a text.
            1.5          | is 1.5, expected a text.
            """)
    void aTextCanBeShownAndBeTheNameOfAFile(String text, String expected) {
        assertTrue(refusal(() -> json("{'a':" + text + "}").at("a").text()).contains(expected));
        assertTrue(refusal(() -> json("{'a':" + text + "}").at("a").path()).contains(expected));
    }

    @Test
    void whatIsShownIsShort() {
        assertTrue(refusal(() -> json("{'a':'" + "x".repeat(100_000) + "'}").at("a").text()).contains("\"xxx"));
        assertTrue(refusal(() -> json("{'" + "x".repeat(4000) + "':1}").requireOnly(Set.of("a")))
                .contains("unknown key xxx"));
        assertTrue(refusal(() -> json("{'" + "x".repeat(5000) + "':1}").entries()).contains("has the key \"xxx"));
    }

    @Test
    void keysOfWithinAreNamedWhole() {
        Document document = json("{'training':[{'image':'a'},{'image':[]}]}");
        assertEquals("file.json: training[1].image is [], expected a text.",
                refusal(() -> document.at("training").list().get(1).at("image").text()));
        assertEquals("file.json: training[0] has the key \"\\u001B\", expected keys without control characters, of at"
                + " most 4096 characters.", refusal(() -> json("{'training':[{'\\u001B':1}]}").at("training").list()
                        .getFirst().entries()));
        assertEquals("file.json: unknown key training[0].imge; known here are image.", refusal(() -> json(
                "{'training':[{'imge':1}]}").at("training").list().getFirst().requireOnly(Set.of("image"))));
    }

    static Stream<Arguments> unreadable() {
        return Stream.of(
                Arguments.of(DocumentFormat.JSON, "", "file: holds missing, expected"),
                Arguments.of(DocumentFormat.JSON, "{", "is not valid JSON (Unexpected end-of-input"),
                Arguments.of(DocumentFormat.JSON, "{} {}", "is not valid JSON (Trailing token"),
                Arguments.of(DocumentFormat.JSON, "{\"a\":1,\"a\":2}", "is not valid JSON (Duplicate"),
                Arguments.of(DocumentFormat.JSON, "[".repeat(1_000_000), "is not valid JSON (Document nesting depth"),
                Arguments.of(DocumentFormat.JSON, "1".repeat(100_000), "is not valid JSON (Number value length"),
                Arguments.of(DocumentFormat.JSON, "[" + "1,".repeat(2_000_000) + "1]",
                        "is not valid JSON (Token count"),
                Arguments.of(DocumentFormat.JSON, " ".repeat(33 << 20), "is longer than 32 MiB"),
                Arguments.of(DocumentFormat.YAML, "[".repeat(100_000), "is not valid YAML (Document nesting depth"),
                Arguments.of(DocumentFormat.YAML, "a: ".repeat(1000), "is not valid YAML (mapping values are not"),
                Arguments.of(DocumentFormat.YAML, "a: 1\na: 2", "is not valid YAML (Duplicate"),
                Arguments.of(DocumentFormat.YAML, "a: 1\n---\nb: 2", "is not valid YAML (Trailing token"),
                Arguments.of(DocumentFormat.YAML, "a: &x 1\nb: *x", "line 2 has an alias, expected its value written"),
                Arguments.of(DocumentFormat.YAML, "a: \u0007", "is not valid YAML (special characters"),
                Arguments.of(DocumentFormat.YAML, "a: " + " ".repeat(2 << 20), "is longer than 1 MiB"));
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void whatIsNoDocumentIsRefusedAtOnce(DocumentFormat format, String text, String expected) {
        assertTimeout(Duration.ofSeconds(5), () -> {
            String message = refusal(() -> format.parse("file", text).entries());
            assertTrue(message.startsWith("file: ") && message.contains(expected), message);
        });
    }

    private Path write(String text, Charset encoding) throws IOException {
        return Files.write(folder.resolve("settings"), text.getBytes(encoding));
    }

    @ParameterizedTest
    @CsvSource({"JSON, '{\"name\":\"Läsion\"}'", "YAML, 'name: Läsion'"})
    void aByteOrderMarkIsNoPartOfTheText(DocumentFormat format, String text) throws IOException {
        assertEquals("Läsion", format.read(write("\uFEFF" + text, StandardCharsets.UTF_8)).at("name").text());
    }

    @Test
    void otherEncodingsAreNamedWithTheWayOut() throws IOException {
        Path latin = write("steps: 3\nname: Läsion\n", StandardCharsets.ISO_8859_1);
        assertEquals(latin + ": line 2 has the byte 0xE4, which no UTF-8 text has there, expected UTF-8 (ASCII is);"
                + " save it as that, or convert it: iconv -f LATIN1 -t UTF-8.",
                refusal(() -> DocumentFormat.YAML.read(latin)));
        Path wide = write("{}", StandardCharsets.UTF_16);
        assertTrue(refusal(() -> DocumentFormat.JSON.read(wide)).contains("iconv -f UTF-16"));
    }

    @Test
    void filesThatCannotBeReadAreNamed() {
        assertEquals(folder.resolve("absent") + ": does not exist.",
                refusal(() -> DocumentFormat.JSON.read(folder.resolve("absent"))));
        assertTrue(refusal(() -> DocumentFormat.JSON.read(folder)).contains("cannot be read"));
        assertTrue(refusal(() -> DocumentFormat.YAML.read(Path.of("/dev/zero"))).contains("is longer than 1 MiB"));
    }

    /** Bytes changed at random: whatever comes of it is read or refused, and no other exception comes out. */
    @ParameterizedTest
    @CsvSource({"JSON, '{\"a\": [1, -2.5e3, null, true, \"text\\u00e4\"], \"inner\": {\"b\": \"c\"}}'",
        "YAML, 'a: [1, -2.5e3, null, yes]\ninner: {b: !!str c}\nc: |\n  text\nd: \"e\\n\"\n? f\n: - g\n  - .nan\n'"})
    void mutatedDocumentsAreReadOrRefused(DocumentFormat format, String text) throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 3000; i++) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            for (int change = random.nextInt(1, 6); change > 0; change--) {
                bytes[random.nextInt(bytes.length)] = random.nextBoolean() ? (byte) random.nextInt(256)
                        : (byte) "{}[]:,\"'&*!|>%@`-?#\n\t\\0\0".charAt(random.nextInt(24));
            }
            Path file = Files.write(folder.resolve("mutated"), bytes);
            try {
                readAll(format.read(file));
            } catch (InputException e) {
                assertFalse(e.getMessage().contains("\n"), e.getMessage());
            }
        }
    }

    private static void readAll(Document value) {
        for (Function<Document, Object> reading : READINGS) {
            try {
                var _ = reading.apply(value);
            } catch (InputException e) {
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            }
        }
        if (value.isObject()) {
            value.entries().values().forEach(DocumentTest::readAll);
        } else if (value.isList()) {
            value.list().forEach(DocumentTest::readAll);
        }
    }
}
