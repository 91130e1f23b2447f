package lobule.benchmark.contest;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import lobule.benchmark.task.Mode;
import lobule.benchmark.task.RecordedStep;
import lobule.benchmark.task.Task;
import lobule.benchmark.worker.Deviation;
import lobule.benchmark.worker.Entrant;
import lobule.benchmark.worker.WorkerProcess;
import lobule.checkpoint.CheckpointException;
import lobule.checkpoint.Metadata;
import lobule.checkpoint.SafeTensors;
import lobule.device.reference.ReferenceDevice;
import lobule.file.InputException;
import lobule.nn.Loss;
import lobule.nn.Recompute;
import lobule.tensor.Shape;

/** Before anything is timed: loss, logits and gradients of each library against a recorded step. */
public final class PeerCheck {
    private static final long SEED = 7;

    private final Map<Path, Task> recorded;
    private final Task small;
    private boolean passed = true;

    private PeerCheck(Map<Path, Task> recorded, Task small) {
        this.recorded = recorded;
        this.small = small;
    }

    /**
     * A check by recorded steps and by the reference device on a small network of the task's kind.
     *
     * @throws CheckpointException where a file is no recorded step, or one at another r or d than 1 and 0
     */
    public static PeerCheck of(List<Path> fixtures, Task task) {
        Map<Path, Task> recorded = new LinkedHashMap<>();
        fixtures.forEach(fixture -> recorded.put(fixture, task(fixture, task.threads())));
        return new PeerCheck(recorded, task.small());
    }

    /** Whether all libraries are within the tolerances of float32; prints each deviation. */
    public boolean run(PrintWriter out) {
        recorded.forEach((fixture, task) -> training(fixture, task, out));
        reference(small, out);
        return passed;
    }

    private void reference(Task task, PrintWriter out) {
        try {
            Path file = Files.createTempFile("step", ".safetensors");
            try (ReferenceDevice device = new ReferenceDevice(task.threads())) {
                RecordedStep.write(file, device, task, SEED);
                training(file, task, out);
                compare(file, task.withMode(Mode.FORWARD), out);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the reference's step cannot be written", e);
        }
    }

    private void training(Path file, Task task, PrintWriter out) {
        compare(file, task.withMode(Mode.TRAINING), out);
    }

    private void compare(Path file, Task task, PrintWriter out) {
        out.println("check: " + task);
        for (Entrant entrant : Entrant.all(task.mode())) {
            try (WorkerProcess worker = WorkerProcess.start(entrant, task, Optional.of(file))) {
                worker.step();
                print(entrant, worker.compare(file), out);
            }
        }
    }

    private void print(Entrant entrant, List<Deviation> deviations, PrintWriter out) {
        for (Deviation deviation : deviations) {
            passed &= deviation.passed();
            out.printf(Locale.ROOT, "  %-12s %-44s %.1e, tolerance %.0e%s%n", entrant.label(), deviation.of(),
                    deviation.error(), deviation.tolerance(), deviation.passed() ? "" : "  FAILED");
        }
        out.flush();
    }

    /** The task that a fixture's metadata describe. */
    private static Task task(Path fixture, int threads) {
        try (SafeTensors tensors = SafeTensors.open(fixture)) {
            Metadata metadata = new Metadata(tensors);
            String peers = ": other libraries have no batch renormalisation";
            metadata.number("r_max", value -> value == 1, "1" + peers);
            metadata.number("d_max", value -> value == 0, "0" + peers);
            Shape target = tensors.entry("target").shape();
            return new Task(Mode.TRAINING, target.sizes().subList(1, target.rank()),
                    metadata.network().baseChannels(), 0, loss(fixture, metadata), threads, Recompute.NONE);
        }
    }

    private static String loss(Path fixture, Metadata metadata) {
        try {
            return Loss.Kind.of(metadata.text("loss")).label();
        } catch (IllegalArgumentException e) {
            throw new InputException(fixture + ": metadata: " + e.getMessage() + ".", e);
        }
    }
}
