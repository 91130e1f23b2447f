package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lobule.data.LabelledVolume;
import lobule.data.Phantom;
import lobule.image.NiftiWriter;
import lobule.train.MetricsLog;
import lobule.train.StepMetrics;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program in processes of its own that end without being asked, and two of them at one folder. */
class KilledRunTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void writeCase() {
        try (Arena arena = Arena.ofShared()) {
            LabelledVolume phantom = new Phantom(40, 40, 6, 1).generate(arena);
            NiftiWriter.write(phantom.image(), folder.resolve("data/imagesTr/small.nii.gz"));
            NiftiWriter.write(phantom.mask(), folder.resolve("data/labelsTr/small.nii.gz"));
        }
    }

    private Process train(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED", "--add-modules", "jdk.incubator.vector", "-cp",
                classPath(), "lobule.cli.Lobule", "train"));
        command.addAll(List.of(options));
        return new ProcessBuilder(command).redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile()).start();
    }

    /** Of this test; some launchers load it by a class loader of their own. */
    private static String classPath() {
        return KilledRunTest.class.getClassLoader() instanceof URLClassLoader loader
                ? Stream.of(loader.getURLs()).map(url -> Path.of(url.getPath()).toString())
                        .collect(Collectors.joining(File.pathSeparator))
                : System.getProperty("java.class.path");
    }

    private Process start(Path run, int steps) throws IOException {
        return train("--experiment", "unet2d-dropout-renorm-cce", "--data", folder.resolve("data").toString(),
                "--overfit", "--patch", "4x4", "--base-channels", "1", "--device", "reference", "--threads", "1",
                "--renorm-scale", "0.001", "--steps", String.valueOf(steps), "--checkpoint-every", "10", "--out",
                run.toString());
    }

    private void requireSuccess(Process process) throws IOException, InterruptedException {
        assertEquals(0, process.waitFor(), () -> {
            try {
                return Files.readString(folder.resolve("output"));
            } catch (IOException e) {
                return e.toString();
            }
        });
    }

    @Test
    void aKilledRunEndsBitEqual() throws IOException, InterruptedException {
        kill(1, 20);
    }

    @Test
    @Tag("slow")
    void fortyKillsEndBitEqual() throws IOException, InterruptedException {
        kill(40, 400);
    }

    /** Runs of this many steps, killed at random moments and resumed, until there were this many kills. */
    private void kill(int wanted, int steps) throws IOException, InterruptedException {
        Path whole = folder.resolve("whole");
        long started = System.nanoTime();
        requireSuccess(start(whole, steps));
        long milliseconds = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
        SplittableRandom random = new SplittableRandom(11);
        int kills = 0;
        for (int run = 0; kills < wanted; run++) {
            Path killed = folder.resolve("killed-" + run);
            boolean ended = false;
            while (!ended) {
                Process process = Files.exists(killed.resolve("config.yaml")) ? train("--resume", killed.toString())
                        : start(killed, steps);
                ended = kills >= wanted || process.waitFor(random.nextLong(milliseconds / 3), TimeUnit.MILLISECONDS);
                if (ended) {
                    requireSuccess(process);
                } else {
                    process.destroyForcibly().waitFor();
                    kills++;
                }
            }
            assertSame(whole, killed, steps);
        }
    }

    private static void assertSame(Path whole, Path killed, int steps) throws IOException {
        for (String file : List.of("model.safetensors", "state.safetensors", "config.yaml", "data.json")) {
            assertArrayEquals(Files.readAllBytes(whole.resolve(file)), Files.readAllBytes(killed.resolve(file)), file);
        }
        assertEquals(IntStream.rangeClosed(1, steps).mapToObj(Long::valueOf).toList(),
                MetricsLog.read(killed.resolve("metrics.jsonl")).stream().map(StepMetrics::step).toList());
        try (Stream<Path> files = Files.list(killed)) {
            assertTrue(files.noneMatch(file -> file.toString().endsWith(".partial")));
        }
    }

    @Test
    void ofTwoAtOneFolderOneIsRefused() throws IOException, InterruptedException {
        Path run = folder.resolve("run");
        Process first = start(run, 1_000_000);
        try {
            while (!Files.exists(run.resolve("config.yaml"))) {
                assertTrue(first.isAlive(), Files.readString(folder.resolve("output")));
                Thread.sleep(20);
            }
            assertRefused(first, train("--resume", run.toString()));
            assertRefused(first, train("--out", run.toString()));
        } finally {
            first.destroyForcibly().waitFor();
        }
        Process resumed = train("--resume", run.toString(), "--steps", "999999");
        try {
            while (!Files.readString(folder.resolve("output")).contains("out      ")) {
                assertTrue(resumed.isAlive(), Files.readString(folder.resolve("output")));
                Thread.sleep(20);
            }
        } finally {
            resumed.destroyForcibly().waitFor();
        }
    }

    private void assertRefused(Process holder, Process second) throws IOException, InterruptedException {
        assertEquals(Failure.BAD_INPUT, second.waitFor());
        String message = Files.readString(folder.resolve("output"));
        assertTrue(message.contains("process " + holder.pid() + " is at work in it"), message);
    }
}
