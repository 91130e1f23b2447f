package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class FileArgumentsTest {
    @Test
    void aNameThatIsNotUtf8IsNotTakenForAnother() {
        for (List<String> arguments : List.of(List.of("train", "--data", "caf\uFFFD"),
                List.of("predict", "--model", "caf\uFFFD", "ct.nii"))) {
            assertRefused("is not text in the locale's character set", arguments);
        }
    }

    @Test
    void aNameThatNoFileHasIsRefusedByTheArgument() {
        assertRefused("'--model'", List.of("predict", "--model", "a\0b", "ct.nii"));
        assertRefused("names no file in the locale's character set", List.of("predict", "--model", "m", "a\0b"));
    }

    private static void assertRefused(String expected, List<String> arguments) {
        StringWriter err = new StringWriter();
        int status = Lobule.commandLine(Devices.installed()).setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
        assertEquals(Failure.BAD_INPUT, status, err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().contains(expected) && err.toString().contains("rename the file"), err.toString());
    }
}
