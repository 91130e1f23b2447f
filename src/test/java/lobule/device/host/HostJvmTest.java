package lobule.device.host;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lobule.JavaProcess;
import lobule.device.DeviceUnavailableException;
import lobule.device.OpenDevice;
import org.junit.jupiter.api.Test;

class HostJvmTest {
    @Test
    void updatesThatMovePinnedArraysAreRefused() {
        for (String version : List.of("24.0.2", "25", "25.0.1", "25.0.2+10", "25-ea")) {
            String said = assertThrows(DeviceUnavailableException.class,
                    () -> HostJvm.requirePinning("cpu", Runtime.Version.parse(version)), version).getMessage();
            assertTrue(said.contains(version) && said.contains("25.0.3"), said);
        }
        for (String version : List.of("25.0.3", "25.0.3+9-LTS", "25.0.4", "26")) {
            HostJvm.requirePinning("cpu", Runtime.Version.parse(version));
        }
    }

    @Test
    void anotherVectorApiIsRefused() {
        HostJvm.requireVectors("cpu", Runtime.Version.parse("25.0.3"));
        assertThrows(DeviceUnavailableException.class,
                () -> HostJvm.requireVectors("cpu", Runtime.Version.parse("26")));
    }

    @Test
    void theMissingFlagIsNamed() throws Exception {
        String text = JavaProcess.run(JavaProcess.command(List.of("--enable-native-access=ALL-UNNAMED"),
                OpenDevice.class, "cpu")).text();
        assertTrue(text.contains("refused device cpu") && text.contains("--add-modules jdk.incubator.vector"), text);
    }

    @Test
    void deniedNativeAccessIsSaid() throws Exception {
        for (String device : List.of("cpu", "cuda")) {
            String text = JavaProcess.run(JavaProcess.command(List.of("--illegal-native-access=deny", "--add-modules",
                    "jdk.incubator.vector"), OpenDevice.class, device)).text();
            assertTrue(text.contains("refused device " + device)
                    && text.contains("--enable-native-access=ALL-UNNAMED"), text);
        }
    }
}
