package lobule;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The locale that the launchers give Java, seen by a program in its place. */
class LauncherLocaleTest {
    private static final String SAYS_LOCALE = "#!/bin/sh\necho \"java in ${LC_ALL:-none}\"\n";

    @TempDir
    private Path root;

    @Test
    void fromTheSources() throws Exception {
        Path launcher = Files.copy(Path.of("lobule"), root.resolve("lobule"));
        Path jdk = root.resolve("jdk");
        writeProgram(jdk.resolve("bin/java"));
        writeProgram(jdk.resolve("bin/javac"));
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.3\"\n");
        for (String source : new String[] {"pom.xml", "src/main", "kernels", "target"}) {
            Files.createDirectories(root.resolve(source));
        }
        Path jar = Files.createFile(root.resolve("target/lobule-launch.jar"));
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().plus(Duration.ofHours(1)))); // nothing to build
        assertLocales(launcher);
    }

    @Test
    void besideTheRuntime() throws Exception {
        Path launcher = Files.copy(Path.of("src/portable/lobule"), root.resolve("lobule"));
        writeProgram(root.resolve("runtime/bin/java"));
        assertLocales(launcher);
    }

    private static void writeProgram(Path file) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, SAYS_LOCALE);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void assertLocales(Path launcher) throws Exception {
        assertEquals("java in C.UTF-8", run(launcher, Map.of("LC_ALL", "C")));
        assertEquals("java in C.UTF-8", run(launcher, Map.of("LANG", "C")));
        assertEquals("java in none", run(launcher, Map.of("LANG", "C.UTF-8")), "one in UTF-8 is kept");
    }

    private String run(Path launcher, Map<String, String> locale) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sh", launcher.toString()).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("LC_") || name.equals("LANG"));
        builder.environment().put("JAVA_HOME", root.resolve("jdk").toString());
        builder.environment().putAll(locale);
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertEquals(0, process.waitFor(), text);
        return text;
    }
}
