package lobule.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import lobule.file.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetricsLogTest {
    @TempDir
    private Path folder;

    private static StepMetrics metrics(long step) {
        Optional<Scores> evaluation = step % 2 == 0 ? Optional.of(new Scores(0.1, 0.9, 0.95, 0.99)) : Optional.empty();
        return new StepMetrics(step, 1.0 / step, 0.5, 0.6, 0.25, 5e-4, 1.5, 2, 3, evaluation);
    }

    private Path write(long... steps) {
        Path file = folder.resolve("metrics.jsonl");
        try (MetricsLog log = MetricsLog.open(file, 0)) {
            LongStream.of(steps).forEach(step -> log.append(metrics(step)));
        }
        return file;
    }

    @Test
    void oneObjectAStepWithTheNamedKeys() throws IOException {
        assertEquals(List.of("{\"step\":1,\"loss\":1.0,\"jaccard\":0.5,\"dice\":0.6,\"seconds\":0.25,"
                        + "\"learning_rate\":5.0E-4,\"r_max\":1.5,\"d_max\":2.0,\"gradient_norm\":3.0}",
                "{\"step\":2,\"loss\":0.5,\"jaccard\":0.5,\"dice\":0.6,\"seconds\":0.25,\"learning_rate\":5.0E-4,"
                        + "\"r_max\":1.5,\"d_max\":2.0,\"gradient_norm\":3.0,\"eval_loss\":0.1,\"eval_jaccard\":0.9,"
                        + "\"eval_dice\":0.95,\"eval_mean_largest_probability\":0.99}"),
                Files.readAllLines(write(1, 2)));
    }

    @Test
    void aLineIsInTheFileBeforeTheNextStep() throws IOException {
        Path file = folder.resolve("metrics.jsonl");
        try (MetricsLog log = MetricsLog.open(file, 0)) {
            log.append(metrics(1));
            assertEquals(List.of(metrics(1)), MetricsLog.read(file));
        }
    }

    @Test
    void stepsAfterTheCheckpointAreDropped() {
        Path file = write(1, 2, 3, 4);
        try (MetricsLog log = MetricsLog.open(file, 2)) {
            log.append(metrics(3));
        }
        assertEquals(List.of(metrics(1), metrics(2), metrics(3)), MetricsLog.read(file));
    }

    @Test
    void aLastLineThatWasCutOffIsDropped() throws IOException {
        Path file = write(1, 2);
        Files.writeString(file, "{\"step\":3,\"lo", StandardOpenOption.APPEND);
        MetricsLog.open(file, 5).close();
        assertEquals(List.of(metrics(1), metrics(2)), MetricsLog.read(file));
    }

    @Test
    void damageInTheMiddleIsRefused() throws IOException {
        Path file = write(1);
        Files.writeString(file, "nonsense\n{}\n", StandardOpenOption.APPEND);
        assertThrows(InputException.class, () -> MetricsLog.open(file, 5));
    }
}
