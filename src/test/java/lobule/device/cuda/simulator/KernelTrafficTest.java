package lobule.device.cuda.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every own kernel moves at most 1.15 times the sectors that its operands occupy, on rows of more than 64 voxels. To
 * bring the table of the step in docs/kernels.md up to date:
 * {@code mvn -Pslow test -Dgroups=slow -Dtest=KernelTrafficTest -Dlobule.kernels.write=true}.
 */
class KernelTrafficTest {
    private static final double LIMIT = 1.15;
    /** Launches of less are about sums over few blocks or single channels, whose time is that of the launch. */
    private static final int LEAST_JUDGED_SECTORS = 1000;
    private static final int FEW_CHANNELS = 4;
    private static final Path PAGE = Path.of("docs/kernels.md");
    private static final String BEGIN = "<!-- made by KernelTrafficTest -->\n";
    private static final String END = "<!-- end of KernelTrafficTest -->\n";

    @TempDir
    Path folder;

    @BeforeAll
    static void compilerIsThere() {
        SimulatorProcess.assumeBuildable();
    }

    private Path profile(int threads, Class<?> program, String... arguments) throws Exception {
        Path file = folder.resolve("profile" + threads + ".tsv");
        SimulatorProcess.Answer answer = SimulatorProcess.java(Map.of("SIMGPU_PROFILE", file.toString(),
                "SIMGPU_THREADS", Integer.toString(threads)), program, arguments);
        assertEquals(0, answer.status(), answer.text());
        return file;
    }

    @Test
    void kernelsMoveLittleMoreThanTheirOperands() throws Exception {
        Path file = profile(2, OpProgram.class);
        List<KernelProfile> lines = KernelProfile.read(file);
        assertEquals(ownKernels(), lines.stream().map(KernelProfile::kernel).filter(name -> !name.startsWith("("))
                .collect(Collectors.toCollection(TreeSet::new)), "not every own kernel is run");
        Map<String, Double> above = new TreeMap<>();
        lines.stream().filter(line -> line.occupied() >= LEAST_JUDGED_SECTORS && line.excess() > LIMIT)
                .forEach(line -> above.merge(line.kernel(), Math.ceil(100 * line.excess()) / 100, Math::max));
        assertEquals(Map.of(), above, "kernels above " + LIMIT + " times what their operands occupy");
        assertEquals(-1, Files.mismatch(file, profile(1, OpProgram.class)), "the counts depend on the threads");
    }

    private static Set<String> ownKernels() throws IOException {
        Pattern entry = Pattern.compile("\\.entry (\\w+)");
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.list(Path.of("kernels"))) {
            for (Path ptx : files.filter(file -> file.toString().endsWith(".ptx")).toList()) {
                Matcher matcher = entry.matcher(Files.readString(ptx));
                while (matcher.find()) {
                    names.add(matcher.group(1));
                }
            }
        }
        return names;
    }

    @Tag("slow")
    @Test
    void pageHasTheStep() throws Exception {
        List<KernelProfile> measured = KernelProfile.read(
                profile(2, StepProgram.class, Integer.toString(FEW_CHANNELS)));
        String page = Files.readString(PAGE);
        assertTrue(page.contains(BEGIN) && page.contains(END), PAGE + " has no place for the table");
        String expected = page.substring(0, page.indexOf(BEGIN) + BEGIN.length())
                + new StepTable(measured, FEW_CHANNELS, 32).markdown() + page.substring(page.indexOf(END));
        if (Boolean.getBoolean("lobule.kernels.write")) {
            Files.writeString(PAGE, expected);
            assumeTrue(false, PAGE + " was written");
        }
        assertEquals(expected, page, PAGE + " is out of date");
    }
}
