package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever a file holds, a command does its work or refuses it in one sentence, soon and in little memory: exit code 0
 * or 2, at most 2 s of processor time and 1 GiB, nothing half-written left.
 */
class MutationTest {
    private static final List<Mutation> KINDS = List.of(Mutation.values());
    private static final double MOST_SECONDS = 2;
    private static final long MOST_KIB = 1 << 20;
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    @TempDir
    private static Path folder;

    private static MutationSubject.World world;

    private final List<String> failures = new ArrayList<>();
    private final Map<MutationSubject, Map<Integer, Integer>> codes = new EnumMap<>(MutationSubject.class);
    private double longestSeconds;
    private long mostKib;

    @BeforeAll
    static void makeWorld() throws IOException {
        world = MutationSubject.World.make(folder.resolve("whole"));
    }

    @Test
    void aFewOfEachFile() throws IOException {
        run(9);
    }

    @Test
    @Tag("slow")
    void threeHundredOfEachFile() throws IOException {
        run(300);
    }

    private void run(int count) throws IOException {
        for (MutationSubject subject : MutationSubject.values()) {
            assertEquals("", trial(subject, Files.readAllBytes(subject.in(world))), subject + " as it was");
            assertEquals(Map.of(0, 1), codes.remove(subject), subject + " as it was");
            for (int seed = 0; seed < count; seed++) {
                Mutation mutation = KINDS.get(seed % KINDS.size());
                byte[] damaged = subject.damaged(Files.readAllBytes(subject.in(world)), mutation,
                        new SplittableRandom(seed));
                String failure = trial(subject, damaged);
                if (!failure.isEmpty()) {
                    failures.add(subject + " " + mutation + " " + seed + ": " + failure);
                }
            }
        }
        System.out.printf("mutations: exit codes %s; at most %.2f s and %d MiB%n", codes, longestSeconds,
                mostKib >> 10);
        assertEquals("", String.join("\n", failures));
    }

    /** What was wrong; empty where the command ended as it should. */
    private String trial(MutationSubject subject, byte[] content) throws IOException {
        MutationSubject.World copy = world.copyTo(Files.createTempDirectory(folder, "trial"));
        Files.write(subject.in(copy), content);
        String[] command = subject.command(copy);
        Files.writeString(Path.of("/proc/self/clear_refs"), "5"); // the peak counts from here
        long kibBefore = statusKib("VmRSS");
        long before = SYSTEM.getProcessCpuTime();
        CommandRun run = CommandRun.of(command);
        double seconds = (SYSTEM.getProcessCpuTime() - before) * 1e-9;
        long kib = statusKib("VmHWM") - kibBefore;
        codes.computeIfAbsent(subject, _ -> new TreeMap<>()).merge(run.code(), 1, Integer::sum);
        longestSeconds = Math.max(longestSeconds, seconds);
        mostKib = Math.max(mostKib, kib);
        String failure = judge(run, seconds, kib, copy);
        remove(copy.folder());
        return failure;
    }

    private static String judge(CommandRun run, double seconds, long kib, MutationSubject.World copy) {
        if (run.code() != 0 && run.code() != Failure.BAD_INPUT) {
            return "exit code " + run.code() + ": " + run.err();
        } else if (run.code() == Failure.BAD_INPUT && !(run.err().startsWith("lobule: ") && run.err().strip().lines()
                .count() == 1 && run.err().length() < 2000)) {
            return "not one sentence: " + run.err();
        } else if (run.code() == 0 && !run.err().isEmpty()) {
            return "done, but says " + run.err();
        } else if (seconds > MOST_SECONDS) {
            return seconds + " s: " + run.err();
        } else if (kib > MOST_KIB) {
            return kib + " KiB: " + run.err();
        }
        return copy.partials().isEmpty() ? "" : "left " + copy.partials();
    }

    private static long statusKib(String key) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith(key + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElseThrow();
    }

    private static void remove(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException e) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
