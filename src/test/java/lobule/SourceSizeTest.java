package lobule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Files, methods and lines stay small enough to be read in one go. */
class SourceSizeTest {
    private static final int FILE_LINES = 400;
    private static final int METHOD_LINES = 60;
    private static final int LINE_LENGTH = 120;

    @Test
    void filesAreShort() {
        assertEquals(List.of(), javaFiles("src/main")
            .filter(file -> read(file).lines().count() > FILE_LINES)
            .map(file -> file + " has " + read(file).lines().count() + " lines, the limit is " + FILE_LINES).toList());
    }

    @Test
    void methodsAreShort() {
        assertEquals(List.of(), javaFiles("src/main")
            .flatMap(file -> longMethods(file.toString(), read(file)).stream()).toList());
    }

    @Test
    void linesAreShort() {
        assertEquals(List.of(), Stream.of("src", "benchmarks").flatMap(SourceSizeTest::javaFiles)
            .flatMap(file -> longLines(file.toString(), read(file)).stream()).toList());
    }

    @Test
    void aLongMethodIsFound() {
        String body = "        count++; // }\n".repeat(METHOD_LINES);
        String source = """
            class Sample {
                private static final int[] TABLE = {
                    %s};
                @Rule(limit = 1)
                void fits(char brace) {
                    count = brace == '{' ? 1 : "}".length();
                }
                record Inner(int size) {
                    Inner {
            %s        }
                }
            }
            """.formatted("1,\n".repeat(METHOD_LINES + 1), body);
        assertEquals(List.of("Sample.java:70: a method of 62 lines, the limit is 60"),
            longMethods("Sample.java", source));
    }

    @Test
    void aLongLineIsFound() {
        String source = "short\n" + "x".repeat(LINE_LENGTH + 1) + "\n" + "y".repeat(LINE_LENGTH);
        assertEquals(List.of("Sample.java:2: a line of 121 characters, the limit is 120"),
            longLines("Sample.java", source));
    }

    private static List<String> longMethods(String file, String source) {
        return JavaMethods.of(source).stream().filter(method -> method.lines() > METHOD_LINES)
            .map(method -> "%s:%d: a method of %d lines, the limit is %d"
                .formatted(file, method.firstLine(), method.lines(), METHOD_LINES)).toList();
    }

    private static List<String> longLines(String file, String source) {
        List<String> lines = source.lines().toList();
        return IntStream.range(0, lines.size()).filter(line -> lines.get(line).length() > LINE_LENGTH)
            .mapToObj(line -> "%s:%d: a line of %d characters, the limit is %d"
                .formatted(file, line + 1, lines.get(line).length(), LINE_LENGTH)).toList();
    }

    private static Stream<Path> javaFiles(String folder) {
        if (!Files.isDirectory(Path.of(folder))) {
            return Stream.of();
        }
        try (Stream<Path> files = Files.walk(Path.of(folder))) {
            // What the build of the benchmarks generates is nobody's to read.
            return files.filter(file -> file.toString().endsWith(".java") && !file.toString().contains("/target/"))
                .toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
