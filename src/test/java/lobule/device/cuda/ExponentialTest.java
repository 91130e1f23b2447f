package lobule.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import lobule.device.cuda.KernelSourcesTest.CommandRun;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The error bounds in kernels/exponential.cuh, measured by a host program that includes it: IEEE operations in a fixed
 * order give the host the bits that they give a card.
 */
class ExponentialTest {
    /** Every so many-th float is tried; a prime, so that all digits of the bits vary. With 1: some minutes. */
    private static final String STRIDE = System.getProperty("lobule.exponential.stride", "211");

    @TempDir
    private static Path folder;

    private static final Map<String, Double> MEASURED = new HashMap<>();

    @BeforeAll
    static void measure() throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/g++")), "no g++ here; CI has it");
        String program = folder.resolve("exponential_errors").toString();
        CommandRun build = CommandRun.of("/usr/bin/g++", "-std=c++17", "-O2", "-ffp-contract=off", "-Wall", "-Wextra",
            "-Werror", "-Ikernels", "src/test/kernels/exponential_errors.cpp", "-o", program);
        assertEquals(0, build.status(), build.output());
        CommandRun run = CommandRun.of(program, STRIDE);
        assertEquals(0, run.status(), run.output());
        run.output().lines().map(line -> line.split(" "))
            .forEach(words -> MEASURED.put(words[0], number(words[1])));
    }

    @Test
    void exponentialIsWithinOneUlp() {
        assertWithin(1, "exp_positive");
        assertWithin(1, "exp_negative");
        assertWithin(1, "exp_subnormal");
        assertEquals(1, MEASURED.get("exp_0"));
    }

    @Test
    void exponentialEndsInZeroInfinityAndNaN() {
        assertEquals(Double.NaN, MEASURED.get("exp_nan"));
        assertEquals(Double.POSITIVE_INFINITY, MEASURED.get("exp_infinity"));
        assertEquals(Double.POSITIVE_INFINITY, MEASURED.get("exp_overflow"));
        assertEquals(0, MEASURED.get("exp_minus_infinity"));
    }

    @Test
    void logarithmIsWithinOneUlp() {
        assertWithin(1, "log");
        assertWithin(1, "log_near_1");
    }

    @Test
    void logarithmOfOneAndXIsWithinOneAndAHalfUlp() {
        assertWithin(1.5, "log1p");
        assertEquals(Double.NaN, MEASURED.get("log1p_nan"));
    }

    /** The bounds are not idle: a rounding error of half an ulp cannot be avoided. */
    private static void assertWithin(double bound, String function) {
        double error = MEASURED.get(function);
        assertTrue(error > 0.49 && error <= bound,
            function + " is off by " + error + " ulp, expected at most " + bound);
    }

    private static double number(String text) {
        return switch (text) {
            case "nan", "-nan" -> Double.NaN;
            case "inf" -> Double.POSITIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }
}
