package lobule.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import lobule.file.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgressPlotTest {
    private static final Path PICTURES = Path.of("target/pictures");

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 600, 100_000})
    void drawsAnyNumberOfSteps(int steps) throws IOException {
        Path file = PICTURES.resolve("progress-" + steps + ".png");
        ProgressPlot.write(file, "unet3d-renorm-dice, phantom", run(steps));
        BufferedImage picture = ImageIO.read(file.toFile());
        assertEquals(1440, picture.getWidth());
        assertEquals(steps > 0, hasColour(picture), "curves are drawn exactly where there are points");
    }

    @Test
    void survivesARunThatExplodedAndNaNs() throws IOException {
        List<CurvePoint> points = new ArrayList<>(run(300));
        points.set(100, new CurvePoint(101, 1e9, 0.1, Double.NaN, Double.NaN));
        points.set(200, new CurvePoint(201, Double.NaN, Double.NaN, Double.NaN, Double.NaN));
        points.set(201, new CurvePoint(202, Double.POSITIVE_INFINITY, 0, Double.NaN, Double.NaN));
        ProgressPlot.write(PICTURES.resolve("progress-exploded.png"), "exploded", points);
        assertTrue(hasColour(ImageIO.read(PICTURES.resolve("progress-exploded.png").toFile())));
        CurvePoint nothing = new CurvePoint(1, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
        ProgressPlot.write(PICTURES.resolve("progress-nothing.png"), "nothing measured", List.of(nothing));
    }

    @Test
    void thinningKeepsSpikesAndGapsAndEnds() {
        double[] x = new double[10_000];
        double[] y = new double[10_000];
        for (int i = 0; i < x.length; i++) {
            x[i] = i;
            y[i] = i % 2;
        }
        y[1234] = 50;
        y[5678] = -50;
        y[7777] = Double.NaN;
        Curve thin = new Curve(x, y).thinned(100);
        assertTrue(thin.size() <= 300);
        List<Double> kept = java.util.Arrays.stream(thin.y()).boxed().toList();
        assertTrue(kept.contains(50.0) && kept.contains(-50.0) && kept.contains(Double.NaN));
        for (int i = 1; i < thin.size(); i++) {
            assertTrue(thin.x()[i] > thin.x()[i - 1], "x rises at " + i);
        }
        assertEquals(1, new Curve(x, y).last());
    }

    @Test
    void leavesNothingWhereItCannotWrite() throws IOException {
        Files.createDirectories(PICTURES);
        Path occupied = Files.createDirectories(PICTURES.resolve("occupied/progress.png/full")).getParent();
        InputException refused =
                assertThrows(InputException.class, () -> ProgressPlot.write(occupied, "title", run(3)));
        assertTrue(refused.getMessage().startsWith(occupied.toString()), refused.getMessage());
        try (Stream<Path> left = Files.list(occupied.getParent())) {
            assertEquals(1, left.count(), "no partial file stays");
        }
    }

    /** A run as they go: a noisy fall, evaluated every 20 steps. */
    private static List<CurvePoint> run(int steps) {
        Random random = new Random(3);
        List<CurvePoint> points = new ArrayList<>();
        for (int step = 1; step <= steps; step++) {
            double t = 8.0 * step / Math.max(steps, 20);
            double loss = 0.03 + 0.6 * Math.exp(-t) + 0.03 * random.nextGaussian() * Math.exp(-t / 4);
            double jaccard = 0.96 * (1 - Math.exp(-t)) + 0.03 * random.nextGaussian() * Math.exp(-t / 4);
            boolean evaluated = step % 20 == 0 || step == steps;
            points.add(new CurvePoint(step, Math.abs(loss), Math.clamp(jaccard, 0.0, 1.0),
                    evaluated ? 0.02 + 0.65 * Math.exp(-t * 0.9) : Double.NaN,
                    evaluated ? 0.97 * (1 - Math.exp(-t * 0.9)) : Double.NaN));
        }
        return points;
    }

    private static boolean hasColour(BufferedImage picture) {
        for (int y = 60; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                int rgb = picture.getRGB(x, y);
                if (Math.abs((rgb >> 16 & 255) - (rgb & 255)) > 40) {
                    return true;
                }
            }
        }
        return false;
    }
}
