package lobule.nn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.Step;
import lobule.graph.Graph;
import lobule.graph.Node;
import lobule.graph.Phase;
import lobule.op.Op;
import lobule.op.Value;
import lobule.runtime.Executable;
import lobule.runtime.MemoryReport;
import lobule.runtime.Program;
import lobule.runtime.Regions;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.Well19937c;

/**
 * A U-Net in training on a device: a training and an evaluation program over the same parameters and, since they never
 * run at once, the same arena. Takes all its memory at the start and none later.
 */
public final class TrainingModel implements AutoCloseable {
    private final List<AutoCloseable> resources = new ArrayList<>();
    private final SegmentationNetwork training;
    private final SegmentationNetwork evaluation;
    private final Program trainingProgram;
    private final Device device;
    private final long plannedBytes;
    private final Optional<FreeMemory> freeMemory;
    private final Regions regions;
    private final Executable trainingRun;
    private final Executable evaluationRun;

    private TrainingModel(Device device, SegmentationNetwork training, SegmentationNetwork evaluation) {
        this.device = device;
        this.training = training;
        this.evaluation = evaluation;
        OptionalLong opened = device.freeBytes();
        try {
            trainingProgram = own(Program.prepare(device, training.graph()));
            Program evaluationProgram = own(Program.prepare(device, evaluation.graph()));
            plannedBytes = MemoryReport.of(device, trainingProgram, evaluationProgram).totalBytes();
            OptionalLong prepared = device.freeBytes();
            regions = own(Regions.allocate(device, training.graph()));
            Buffer arena = own(device.allocate(arenaBytes(trainingProgram, evaluationProgram)));
            trainingRun = trainingProgram.bind(regions, arena);
            evaluationRun = evaluationProgram.bind(regions, arena);
            freeMemory = opened.isEmpty() ? Optional.empty() : Optional.of(new FreeMemory(opened.getAsLong(),
                    prepared.orElseThrow(), device.freeBytes().orElseThrow()));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * @param output    patch (1, classes, D, H, W), every size 8k + 4
     * @param optimizer {@link lobule.op.Adam} or {@link lobule.op.NesterovMomentum}
     */
    public static TrainingModel create(Device device, UNetConfig config, Shape output, Loss loss, Op optimizer,
                                       Recompute recompute) {
        MemorySaving saving = new MemorySaving(device.fuses(), recompute);
        return new TrainingModel(device, UNet.training(config, output, loss, optimizer, saving),
                UNet.evaluation(config, output, loss, saving));
    }

    /** Device memory that a model would take, without taking it. */
    public static long plannedBytes(Device device, UNetConfig config, Shape output, Loss loss, Op optimizer,
                                    Recompute recompute) {
        return memory(device, config, output, loss, optimizer, recompute).totalBytes();
    }

    /** The memory plan of a model, without taking any. */
    public static MemoryReport memory(Device device, UNetConfig config, Shape output, Loss loss, Op optimizer,
                                      Recompute recompute) {
        MemorySaving saving = new MemorySaving(device.fuses(), recompute);
        Graph graph = UNet.training(config, output, loss, optimizer, saving).graph();
        try (Program training = Program.prepare(device, graph);
                Program evaluation = Program.prepare(device, UNet.evaluation(config, output, loss, saving).graph())) {
            return MemoryReport.of(device, training, evaluation);
        }
    }

    private static long arenaBytes(Program training, Program evaluation) {
        return Math.max(training.plan().arenaBytes(), evaluation.plan().arenaBytes());
    }

    /** Device memory that this model takes: all regions, the arena, and what its kernels hold. */
    public long plannedBytes() {
        return plannedBytes;
    }

    /** What the device had free meanwhile; empty where it computes on the host's memory. */
    public Optional<FreeMemory> freeMemory() {
        return freeMemory;
    }

    /** Sets parameters and statistics to their start, the same for a seed on every device; moments to 0. */
    public void initialise(long seed) {
        RandomGenerator random = new Well19937c(seed);
        for (Map.Entry<Value, Initial> entry : training.initials().entrySet()) {
            upload(entry.getKey(), initial(entry.getValue(), random));
        }
        for (Value moment : training.graph().values(Value.Role.OPTIMIZER)) {
            upload(moment, (segment, index) -> segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, 0));
        }
    }

    /** Writes one element of a host copy. */
    private interface Fill {
        void set(MemorySegment segment, long index);
    }

    private static Fill initial(Initial initial, RandomGenerator random) {
        return (segment, index) -> segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, initial.next(random));
    }

    private void upload(Value value, Fill fill) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment host = arena.allocate(value.spec().bytes(), Float.BYTES);
            boolean flag = value.spec().type() == DType.UINT8;
            for (long i = 0; !flag && i < value.spec().shape().elements(); i++) {
                fill.set(host, i);
            }
            upload(value, host);
        }
    }

    /** Sets a parameter, running statistic or moment; row-major. */
    public void upload(Value value, MemorySegment host) {
        device.upload(host, regions.tensor(value));
    }

    /** Reads a parameter, running statistic, gradient or moment; row-major. */
    public void download(Value value, MemorySegment host) {
        device.download(regions.tensor(value), host);
    }

    /** One mini-batch: forward with batch statistics, and backward into the gradients. */
    public void train(MemorySegment input, MemorySegment target, Step step) {
        trainingRun.upload(input, training.input());
        trainingRun.upload(target, training.target().orElseThrow());
        trainingRun.run(Phase.FORWARD, step);
        trainingRun.run(Phase.BACKWARD, step);
    }

    /**
     * Starts to bring the mini-batch of the next {@link #train} while launches so far go on; both stay unchanged until
     * then.
     */
    public void prefetch(MemorySegment input, MemorySegment target) {
        if (device.prefetches()) {
            prefetch(input, training.input());
            prefetch(target, training.target().orElseThrow());
        }
    }

    private void prefetch(MemorySegment source, Value value) {
        trainingRun.prefetch(source, regions.tensor(value), value);
    }

    /** Applies the gradients. */
    public void update(Step step) {
        trainingRun.run(Phase.UPDATE, step);
    }

    /** Forward with running statistics and without dropout. */
    public void evaluate(MemorySegment input, MemorySegment target, Step step) {
        evaluationRun.upload(input, evaluation.input());
        evaluationRun.upload(target, evaluation.target().orElseThrow());
        evaluationRun.run(Phase.FORWARD, step);
    }

    /** After a loss that is not finite: the first node of the last mini-batch that made a NaN or an infinity. */
    public Optional<Node> firstNonFinite(Step step) {
        return trainingRun.firstNonFinite(step);
    }

    public SegmentationNetwork training() {
        return training;
    }

    public SegmentationNetwork evaluation() {
        return evaluation;
    }

    /** For the kept values of {@link #training()}. */
    public Executable trainingRun() {
        return trainingRun;
    }

    /** For the kept values of {@link #evaluation()}. */
    public Executable evaluationRun() {
        return evaluationRun;
    }

    /** The training program, for its memory plan. */
    public Program program() {
        return trainingProgram;
    }

    public Regions regions() {
        return regions;
    }

    private <T extends AutoCloseable> T own(T resource) {
        resources.add(resource);
        return resource;
    }

    @Override
    public void close() {
        RuntimeException failure = null;
        for (AutoCloseable resource : resources.reversed()) {
            try {
                resource.close();
            } catch (Exception e) {
                failure = failure == null ? new IllegalStateException("a resource could not be closed", e) : failure;
            }
        }
        resources.clear();
        if (failure != null) {
            throw failure;
        }
    }
}
