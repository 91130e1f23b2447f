package lobule.benchmark.jmh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import lobule.benchmark.task.RecordedStep;
import lobule.benchmark.task.RecordedValues;
import lobule.benchmark.task.SeededValues;
import lobule.benchmark.task.Task;
import lobule.benchmark.worker.Deviation;
import lobule.benchmark.worker.LobuleTraining;
import lobule.benchmark.worker.StepInspection;
import lobule.checkpoint.SafeTensors;
import lobule.device.reference.ReferenceDevice;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A whole training step: forward, backward and update. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
public class StepBenchmark {
    private static final long SEED = 5;

    private LobuleTraining training;

    /** The same preset, small, is compared with the reference device first. */
    @Setup
    public void prepare(Network network) {
        Task task = network.task();
        check(network, task.withPatch(task.small().patch()).withBaseChannels(task.small().baseChannels()));
        training = new LobuleTraining(network.device(), task,
                new SeededValues(task.trainingNetwork().initials(), SEED));
    }

    private static void check(Network network, Task task) {
        try {
            Path file = Files.createTempFile("step", ".safetensors");
            try (ReferenceDevice reference = new ReferenceDevice(task.threads())) {
                RecordedStep.write(file, reference, task, SEED);
                try (SafeTensors recorded = SafeTensors.open(file);
                        LobuleTraining small = new LobuleTraining(network.device(), task,
                                new RecordedValues(recorded))) {
                    small.step();
                    require(task, new StepInspection(task, small).compare(recorded));
                }
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the reference's step cannot be written", e);
        }
    }

    private static void require(Task task, List<Deviation> deviations) {
        for (Deviation deviation : deviations) {
            if (!deviation.passed()) {
                throw new IllegalStateException(task + ": " + deviation);
            }
        }
    }

    @Benchmark
    public void run() {
        training.step();
    }

    @TearDown
    public void close() {
        training.close();
    }
}
