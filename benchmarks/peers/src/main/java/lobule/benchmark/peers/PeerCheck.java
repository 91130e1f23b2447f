package lobule.benchmark.peers;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import lobule.checkpoint.SafeTensors;
import lobule.device.reference.ReferenceDevice;
import lobule.file.InputException;
import lobule.nn.Recompute;
import lobule.tensor.Shape;

/** Before anything is timed: loss, logits and gradients of each library against a recorded step. */
final class PeerCheck {
    private static final long SEED = 7;

    private final PrintWriter out;
    private boolean passed = true;

    private PeerCheck(PrintWriter out) {
        this.out = out;
    }

    /**
     * Checks a small network of the task's kind against the reference device, and recorded steps where there are any.
     *
     * @return whether all libraries are within the tolerances of float32
     */
    static boolean run(List<Path> fixtures, Task task, PrintWriter out) {
        PeerCheck check = new PeerCheck(out);
        for (Path fixture : fixtures) {
            check.training(fixture, task(fixture, task.threads()));
        }
        check.reference(task.small());
        return check.passed;
    }

    private void reference(Task task) {
        try {
            Path file = Files.createTempFile("step", ".safetensors");
            try (ReferenceDevice device = new ReferenceDevice(task.threads())) {
                RecordedStep.write(file, device, task, SEED);
                training(file, task);
                compare(file, task.withMode(Mode.FORWARD));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the reference's step cannot be written", e);
        }
    }

    private void training(Path recorded, Task task) {
        compare(recorded, task.withMode(Mode.TRAINING));
    }

    private void compare(Path recorded, Task task) {
        out.println("check: " + task);
        for (Entrant entrant : PeerBenchmarks.entrants(task.mode())) {
            try (WorkerProcess worker = WorkerProcess.start(PeerContenders.class, entrant, task,
                    Optional.of(recorded))) {
                worker.step();
                print(entrant, worker.compare(recorded));
            }
        }
    }

    private void print(Entrant entrant, List<Deviation> deviations) {
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
            Map<String, String> metadata = tensors.metadata();
            if (Double.parseDouble(metadata.get("r_max")) != 1 || Double.parseDouble(metadata.get("d_max")) != 0) {
                throw new InputException(fixture + ": has r_max " + metadata.get("r_max") + " and d_max "
                        + metadata.get("d_max") + ", expected 1 and 0: other libraries have no batch renormalisation.");
            }
            Shape target = tensors.entry("target").shape();
            return new Task(Mode.TRAINING, target.sizes().subList(1, target.rank()),
                    Integer.parseInt(metadata.get("base_channels")), 0, metadata.get("loss"), threads, Recompute.NONE);
        }
    }
}
