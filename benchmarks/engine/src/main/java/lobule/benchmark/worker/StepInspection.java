package lobule.benchmark.worker;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import lobule.benchmark.task.Mode;
import lobule.benchmark.task.RecordedStep;
import lobule.benchmark.task.Task;
import lobule.checkpoint.SafeTensors;
import lobule.graph.Graph;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.TensorSpec;
import lobule.verification.Tolerance;

/** Reads what came of a contender's step: in short, or against a recorded one. */
public final class StepInspection {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final Task task;
    private final Contender contender;
    private final List<Value> parameters;

    public StepInspection(Task task, Contender contender) {
        this.task = task;
        this.contender = contender;
        Graph graph = task.predictionNetwork().graph();
        this.parameters = task.mode() == Mode.TRAINING ? graph.values(Role.PARAMETER) : List.of();
    }

    public Fingerprint fingerprint() {
        double squares = 0;
        for (Value parameter : parameters) {
            squares += with(gradient(parameter), parameter.spec(), StepInspection::squares);
        }
        double logits = with(RecordedStep.LOGITS, TensorSpec.activation(task.output()), StepInspection::squares);
        return new Fingerprint(task.mode() == Mode.TRAINING ? contender.loss() : 0, Math.sqrt(logits),
                Math.sqrt(squares));
    }

    /** In units of the one table of tolerances for float32. */
    public List<Deviation> compare(SafeTensors recorded) {
        List<Deviation> deviations = new ArrayList<>();
        boolean training = task.mode() == Mode.TRAINING;
        String logits = training ? RecordedStep.LOGITS : RecordedStep.PREDICTION;
        deviations.add(new Deviation("logits", Math.sqrt(with(RecordedStep.LOGITS,
                TensorSpec.activation(task.output()), ours -> distance(ours, recorded.entry(logits).data()))
                / squares(recorded.entry(logits).data())), Tolerance.FLOAT32.logits()));
        if (training) {
            double loss = recorded.entry(RecordedStep.LOSS).data().get(FLOAT, 0);
            deviations.add(new Deviation("loss", Math.abs(contender.loss() - loss) / Math.abs(loss),
                    Tolerance.FLOAT32.loss()));
            addGradients(recorded, deviations);
        }
        return deviations;
    }

    private void addGradients(SafeTensors recorded, List<Deviation> deviations) {
        double distance = 0;
        double squares = 0;
        Deviation worst = new Deviation("gradients, worst tensor", 0, Tolerance.FLOAT32.worstGradient());
        for (Value parameter : parameters) {
            MemorySegment expected = recorded.entry(RecordedStep.GRADIENT + parameter.name()).data();
            double error = with(gradient(parameter), parameter.spec(), ours -> distance(ours, expected));
            distance += error;
            squares += squares(expected);
            double relative = Math.sqrt(error / squares(expected));
            worst = relative <= worst.error() ? worst
                    : new Deviation("gradient of " + parameter.name() + ", the worst", relative, worst.tolerance());
        }
        deviations.add(new Deviation("gradients", Math.sqrt(distance / squares), Tolerance.FLOAT32.gradients()));
        deviations.add(worst);
    }

    private static String gradient(Value parameter) {
        return parameter.name() + ".gradient";
    }

    /** Reduces floats to a number. */
    private interface Reduction {
        double of(MemorySegment floats);
    }

    private double with(String name, TensorSpec spec, Reduction reduction) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment host = arena.allocate(spec.bytes(), Long.BYTES);
            contender.read(name, host);
            return reduction.of(host);
        }
    }

    private static double squares(MemorySegment floats) {
        double sum = 0;
        for (long at = 0; at < floats.byteSize(); at += Float.BYTES) {
            double value = floats.get(FLOAT, at);
            sum += value * value;
        }
        return sum;
    }

    private static double distance(MemorySegment ours, MemorySegment theirs) {
        double sum = 0;
        for (long at = 0; at < ours.byteSize(); at += Float.BYTES) {
            double difference = ours.get(FLOAT, at) - theirs.get(FLOAT, at);
            sum += difference * difference;
        }
        return sum;
    }
}
