package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import lobule.device.DeviceUnavailableException;
import lobule.device.reference.ReferenceDevice;
import lobule.op.Adam;
import lobule.verification.FaultyDevice;
import lobule.verification.FixtureCopy;
import lobule.verification.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The program as its user sees it: output, messages and exit codes. */
class LobuleTest {
    private static final String GOOD = Fixtures.smallest().toString();

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Devices devices = Devices.installed();

    private int run(String... arguments) {
        CommandLine command = Lobule.commandLine(devices);
        command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        return command.execute(arguments);
    }

    private void assertRefused(String problem, String... arguments) {
        assertEquals(2, run(arguments), out.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().startsWith("lobule: ") && err.toString().contains(problem), err.toString());
        assertEquals("", out.toString());
    }

    @Test
    void aReproducedStepPasses() {
        assertEquals(0, run("verify", "--device", "reference", "--threads", "1", GOOD), err.toString());
        assertTrue(out.toString().contains("unet2d-dice-squared.safetensors: ok"), out.toString());
        assertFalse(out.toString().contains("FAIL"), out.toString());
        // Device, empty line, heading, column titles, 7 groups, title, 5 tensors.
        assertEquals(17, out.toString().lines().count(), out.toString());
    }

    @Test
    void allTensorsAreListedWhenAskedFor() {
        assertEquals(0, run("verify", "--device", "reference", "--all", GOOD));
        assertEquals(12 + 47 + 47 + 28, out.toString().lines().count(), out.toString());
    }

    @Test
    void anAlteredValueFails() {
        Path altered = folder.resolve("altered.safetensors");
        FixtureCopy copy = new FixtureCopy();
        copy.setFloat("after.head.bias", 1, 0.25f);
        copy.write(altered);
        assertEquals(1, run("verify", "--device", "reference", altered.toString(), GOOD));
        assertTrue(out.toString().contains("altered.safetensors: FAIL"), out.toString());
        assertTrue(out.toString().lines().anyMatch(line -> line.startsWith("  update of head.bias")
                && line.endsWith("FAIL")), out.toString());
        // The files behind it are still run.
        assertTrue(out.toString().contains("unet2d-dice-squared.safetensors: ok"), out.toString());
    }

    @Test
    void aFaultyDeviceFails() {
        devices = (name, threads, cuda) -> new FaultyDevice(new ReferenceDevice(threads),
                (op, states) -> op instanceof Adam, (right, operands, step) -> {});
        assertEquals(1, run("verify", GOOD));
        assertTrue(out.toString().lines().anyMatch(line -> line.matches("  update +1.00e\\+00 +1e-02.*FAIL")),
                out.toString());
    }

    @Test
    void badFilesAreRefusedBeforeAnyIsRun() throws IOException {
        Path text = folder.resolve("text.safetensors");
        Files.writeString(text, "this is no file of tensors");
        assertRefused(text + ": gives", "verify", "--device", "reference", GOOD, text.toString());
    }

    @Test
    void aMissingFileIsRefused() {
        assertRefused("does not exist", "verify", folder.resolve("none").toString());
    }

    @Test
    void anUnknownDeviceIsRefusedWithTheKnownOnes() {
        assertRefused("device is \"gpu\", expected one of " + Devices.NAMES, "verify", "--device", "gpu", GOOD);
    }

    @Test
    void argumentsAreChecked() {
        assertRefused("--threads is 0", "verify", "--threads", "0", GOOD);
    }

    @Test
    void filesAreNeeded() {
        assertRefused("FILE", "verify");
    }

    @Test
    void unknownOptionsAndCommandsAreRefused() {
        assertRefused("--tolerance", "verify", "--tolerance", "3", GOOD);
    }

    @Test
    void aCommandIsNeeded() {
        assertRefused("no command given, expected one of [", new String[0]);
    }

    @Test
    void stackTracesAreShownOnlyForDebugging() {
        assertEquals(2, run("verify", "--debug", folder.resolve("none").toString()));
        assertTrue(err.toString().contains("\tat lobule."), err.toString());
    }

    @Test
    void aFaultOfTheProgramIsNoBadInput() {
        devices = (name, threads, cuda) -> {
            throw new IllegalStateException("a fault");
        };
        assertEquals(3, run("verify", GOOD));
        assertEquals("lobule: a fault of the program, please report it: java.lang.IllegalStateException: a fault "
                + "(--debug shows where)\n", err.toString());
    }

    @Test
    void aDeviceThatCannotBeUsedIsNotReplaced() {
        devices = (name, threads, cuda) -> {
            throw new DeviceUnavailableException("device " + name + ": no oneDNN here; use device reference", null);
        };
        assertRefused("device cpu: no oneDNN here; use device reference", "verify", "--device", "cpu",
                GOOD);
    }

    @Test
    void helpAndVersionAreThere() {
        assertEquals(0, run("--help"));
        assertTrue(out.toString().contains("verify"), out.toString());
        assertEquals(0, run("verify", "--help"));
        assertTrue(out.toString().contains("--device"), out.toString());
        assertEquals(0, run("--version"));
        assertTrue(out.toString().contains("Lobule "), out.toString());
        assertEquals(List.of(), err.toString().lines().toList());
    }
}
