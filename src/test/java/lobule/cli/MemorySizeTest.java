package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class MemorySizeTest {

    @ParameterizedTest
    @CsvSource({
        "8GiB, 8589934592",
        "7.5GiB, 8053063680",
        "8000MiB, 8388608000",
        "0.5KiB, 512",
        "1.3B, 1",
        "2TiB, 2199023255552",
        "8589934592, 8589934592",
        "1048576TiB, 1152921504606846976"})
    void binaryUnitsAndBytesAreRead(String text, long bytes) {
        assertEquals(bytes, MemorySize.parse(text).bytes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GiB", "8GB", "8 GiB", "8gib", "-8GiB", "8.GiB", "1e9", "0", "0GiB", "0.2B", "8GiBs",
        "1152921504606846977", "9223372036854775807", "9223372036854775808", "8388608TiB", "eight"})
    void otherTextIsRefusedWithAnExample(String text) {
        String message = assertThrows(TypeConversionException.class, () -> MemorySize.parse(text)).getMessage();
        assertTrue(message.contains("\"" + text + "\"") && message.contains("8GiB, 7.5GiB, 8000MiB"), message);
    }
}
