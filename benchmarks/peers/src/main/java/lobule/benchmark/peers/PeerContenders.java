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
    static final String ONNX_RUNTIME = "onnxruntime";

    /** A worker process of any of them. */
    public static void main(String[] arguments) {
        Worker.run(arguments, new PeerContenders());
    }

    @Override
    public Contender open(String name, Task task, StepValues values) {
        return switch (name) {
            case Entrant.LOBULE -> new OwnContenders().open(name, task, values);
            case LIBTORCH -> task.mode() == Mode.TRAINING ? new LibtorchTraining(task, values)
                    : new LibtorchForward(task, values);
            case ONNX_RUNTIME -> new OnnxForward(task, values);
            default -> throw new IllegalArgumentException("contender is \"" + name + "\", expected one of "
                    + Entrant.LOBULE + ", " + LIBTORCH + ", " + ONNX_RUNTIME);
        };
    }
}
