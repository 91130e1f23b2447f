package lobule.benchmark.peers;

import java.lang.foreign.MemorySegment;
import lobule.benchmark.task.RecordedStep;
import lobule.benchmark.task.StepValues;
import lobule.benchmark.task.Task;
import lobule.benchmark.worker.Contender;
import lobule.nn.Loss;
import lobule.nn.SegmentationNetwork;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Adam;
import org.bytedeco.pytorch.AdamOptions;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** libtorch's training step: its operators, its autograd, its Adam. */
final class LibtorchTraining implements Contender {
    private final Libtorch library;
    private final LibtorchNetwork network;
    private final Loss.Kind objective;
    private final Tensor input;
    private final Tensor labels;
    private final Tensor oneHot;
    private final Adam optimizer;
    private final long[] allButChannels;
    private double loss;
    private Tensor logits = new Tensor();

    LibtorchTraining(Libtorch library, Task task, StepValues values) {
        this.library = library;
        SegmentationNetwork trained = task.trainingNetwork();
        this.objective = Loss.Kind.of(task.loss());
        this.network = new LibtorchNetwork(library, task, values);
        this.input = library.tensor(values, trained.input());
        this.labels = library.tensor(values, trained.target().orElseThrow());
        this.allButChannels = task.patch().size() == 3 ? new long[] {0, 2, 3, 4} : new long[] {0, 2, 3};
        this.oneHot = oneHot(labels, task);
        TensorVector parameters = new TensorVector();
        for (String name : network.parameters()) {
            parameters.push_back(network.value(name).requires_grad_(true));
        }
        this.optimizer = new Adam(parameters, new AdamOptions(Task.LEARNING_RATE));
    }

    /** (N, classes, D, H, W) floats in the memory order of the logits. */
    private static Tensor oneHot(Tensor labels, Task task) {
        try (PointerScope _ = new PointerScope()) {
            int rank = task.patch().size();
            Tensor last = torch.one_hot(labels, task.network().classes()).to(ScalarType.Float);
            // A view with the channels moved to axis 1 is channels-last already.
            Tensor view = last.permute(rank == 3 ? new long[] {0, 4, 1, 2, 3} : new long[] {0, 3, 1, 2});
            view.retainReference();
            return view;
        }
    }

    @Override
    public String description() {
        return library.description("");
    }

    @Override
    public void step() {
        try (PointerScope _ = new PointerScope()) {
            optimizer.zero_grad(true);
            logits.close();
            logits = network.forward(input, network::trainingBlock);
            logits.retainReference();
            Tensor value = loss(logits);
            value.backward();
            optimizer.step();
            loss = value.item_float();
        }
    }

    private Tensor loss(Tensor x) {
        return switch (objective) {
            case DICE -> dice(x);
            case CROSS_ENTROPY -> torch.cross_entropy_loss(x, labels);
            case DICE_FOREGROUND, DICE_SQUARED, DICE_AND_CROSS_ENTROPY ->
                    throw new IllegalArgumentException("loss is " + objective.label() + ", expected dice or cce");
        };
    }

    /** 1 - mean over classes of (2 sum p y + e) / (sum p + sum y + e). */
    private Tensor dice(Tensor x) {
        Scalar epsilon = new Scalar(Loss.DICE_EPSILON);
        Tensor p = torch.softmax(x, 1);
        Tensor overlap = p.mul(oneHot).sum(allButChannels);
        Tensor both = p.sum(allButChannels).add(oneHot.sum(allButChannels));
        Tensor dice = overlap.mul(new Scalar(2.0)).add(epsilon).div(both.add(epsilon));
        return dice.mean().neg().add(new Scalar(1.0));
    }

    @Override
    public double loss() {
        return loss;
    }

    @Override
    public void read(String name, MemorySegment destination) {
        Tensor tensor = name.equals(RecordedStep.LOGITS) ? logits
                : network.value(name.substring(0, name.length() - ".gradient".length())).grad();
        Libtorch.read(tensor, destination);
    }

    @Override
    public void close() {
        optimizer.close();
        network.close();
    }
}
