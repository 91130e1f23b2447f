package lobule.benchmark.peers;

import java.lang.foreign.MemorySegment;
import lobule.benchmark.task.StepValues;
import lobule.benchmark.task.Task;
import lobule.benchmark.worker.Contender;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.InferenceMode;
import org.bytedeco.pytorch.Tensor;

/** libtorch forward without autograd, norms folded into the convolutions and ReLU in place. */
final class LibtorchForward implements Contender {
    private final Libtorch library;
    private final LibtorchNetwork network;
    private final Tensor input;
    private Tensor logits = new Tensor();

    LibtorchForward(Libtorch library, Task task, StepValues values) {
        this.library = library;
        try (InferenceMode _ = new InferenceMode()) {
            this.network = new LibtorchNetwork(library, task, values);
            this.network.foldNorms();
            this.input = library.tensor(values, task.predictionNetwork().input());
        }
    }

    @Override
    public String description() {
        return library.description(", norms folded into convolutions");
    }

    @Override
    public void step() {
        try (InferenceMode _ = new InferenceMode(); PointerScope _ = new PointerScope()) {
            logits.close();
            logits = network.forward(input, network::foldedBlock);
            logits.retainReference();
        }
    }

    @Override
    public double loss() {
        throw new UnsupportedOperationException("a forward task has no loss");
    }

    @Override
    public void read(String name, MemorySegment destination) {
        Libtorch.read(logits, destination);
    }

    @Override
    public void close() {
        logits.close();
        network.close();
    }
}
