package lobule.benchmark.peers;

import java.util.Optional;
import lobule.benchmark.task.Mode;
import lobule.benchmark.task.StepValues;
import lobule.benchmark.task.Task;
import lobule.benchmark.worker.Contender;
import lobule.benchmark.worker.Contenders;
import lobule.benchmark.worker.Entrant;

/** The libraries that Lobule is measured beside. */
public final class PeerContenders implements Contenders {
    @Override
    public Optional<Contender> open(String name, Task task, StepValues values) {
        return switch (name) {
            case Entrant.LIBTORCH -> Optional.of(libtorch(task, values, true));
            case Entrant.LIBTORCH_ROWS -> Optional.of(libtorch(task, values, false));
            case Entrant.ONNX_RUNTIME -> Optional.of(new OnnxForward(task, values));
            default -> Optional.empty();
        };
    }

    private static Contender libtorch(Task task, StepValues values, boolean channelsLast) {
        Libtorch library = new Libtorch(task.threads(), channelsLast);
        return task.mode() == Mode.TRAINING ? new LibtorchTraining(library, task, values)
                : new LibtorchForward(library, task, values);
    }
}
