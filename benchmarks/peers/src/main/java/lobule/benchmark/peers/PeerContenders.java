package lobule.benchmark.peers;

import lobule.benchmark.task.Mode;
import lobule.benchmark.task.StepValues;
import lobule.benchmark.task.Task;
import lobule.benchmark.worker.Contender;
import lobule.benchmark.worker.Contenders;
import lobule.benchmark.worker.Entrant;
import lobule.benchmark.worker.OwnContenders;
import lobule.benchmark.worker.Worker;

/** Lobule and the libraries it is measured beside. */
final class PeerContenders implements Contenders {
    static final String LIBTORCH = "libtorch";
    /** In rows of NCDHW: to see what channels-last is worth. */
    static final String LIBTORCH_ROWS = "libtorch-rows";
    static final String ONNX_RUNTIME = "onnxruntime";

    /** A worker process of any of them. */
    public static void main(String[] arguments) {
        Worker.run(arguments, new PeerContenders());
    }

    @Override
    public Contender open(String name, Task task, StepValues values) {
        return switch (name) {
            case Entrant.LOBULE, Entrant.LOBULE_DIRECT -> new OwnContenders().open(name, task, values);
            case LIBTORCH -> libtorch(task, values, true);
            case LIBTORCH_ROWS -> libtorch(task, values, false);
            case ONNX_RUNTIME -> new OnnxForward(task, values);
            default -> throw new IllegalArgumentException("contender is \"" + name + "\", expected one of "
                    + Entrant.LOBULE + ", " + LIBTORCH + ", " + LIBTORCH_ROWS + ", " + ONNX_RUNTIME);
        };
    }

    private static Contender libtorch(Task task, StepValues values, boolean channelsLast) {
        Libtorch library = new Libtorch(task.threads(), channelsLast);
        return task.mode() == Mode.TRAINING ? new LibtorchTraining(library, task, values)
                : new LibtorchForward(library, task, values);
    }
}
