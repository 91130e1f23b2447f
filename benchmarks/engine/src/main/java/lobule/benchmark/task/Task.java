package lobule.benchmark.task;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lobule.nn.Loss;
import lobule.nn.MemorySaving;
import lobule.nn.Recompute;
import lobule.nn.SegmentationNetwork;
import lobule.nn.UNet;
import lobule.nn.UNetConfig;
import lobule.op.Adam;
import lobule.tensor.Shape;
import lobule.train.ConfigLayers;
import lobule.train.TrainConfig;

/**
 * One step of one network, the same for every library that is measured. Batch renormalisation is at r = 1 and d = 0,
 * which is batch normalisation with the batch's statistics: all libraries have that.
 *
 * @param patch     sizes of the output, (D, H, W) or (H, W), each 8k + 4
 * @param dropout   rate; 0 for none
 * @param loss      by its name in settings, {@code dice}
 * @param threads   cores used
 * @param recompute what Lobule's backward pass computes again; other libraries do not heed it
 */
public record Task(Mode mode, List<Long> patch, int baseChannels, double dropout, String loss, int threads,
                   Recompute recompute) {
    /** The experiments' optimiser, without clipping. */
    public static final Adam OPTIMIZER = new Adam(0.9, 0.999, 1e-8, Double.POSITIVE_INFINITY);
    public static final double LEARNING_RATE = 5e-4;
    /** Background and liver. */
    private static final int CLASSES = 2;

    public Task {
        patch = List.copyOf(patch);
    }

    /**
     * The task of a preset.
     *
     * @param patch        such as 60x60x52, or null for the preset's own
     * @param baseChannels or 0 for the preset's own
     * @throws lobule.file.InputException where there is no such preset, or it cannot have such a size
     */
    public static Task ofPreset(Mode mode, String experiment, String patch, int baseChannels, int threads) {
        Map<String, Object> options = new HashMap<>(Map.of("experiment", experiment));
        // A preset of the other rank keeps its own size: one --patch then serves a list of presets.
        if (patch != null && rank(patch) == ConfigLayers.resolve(Optional.empty(), options).network().rank()) {
            options.put("patch", patch);
        }
        if (baseChannels > 0) {
            options.put("network.base-channels", baseChannels);
        }
        TrainConfig config = ConfigLayers.resolve(Optional.empty(), options);
        List<Long> sizes = config.output().sizes();
        return new Task(mode, sizes.subList(2, sizes.size()), config.network().baseChannels(),
                config.network().dropout(), config.loss().name(), threads, Recompute.NONE);
    }

    /** Of a patch as the command line has it. */
    public static int rank(String patch) {
        return patch.split("x", -1).length;
    }

    public Task withMode(Mode other) {
        return new Task(other, patch, baseChannels, dropout, loss, threads, recompute);
    }

    public Task withPatch(List<Long> other) {
        return new Task(mode, other, baseChannels, dropout, loss, threads, recompute);
    }

    public Task withBaseChannels(int other) {
        return new Task(mode, patch, other, dropout, loss, threads, recompute);
    }

    public Task withThreads(int other) {
        return new Task(mode, patch, baseChannels, dropout, loss, other, recompute);
    }

    public Task withRecompute(Recompute other) {
        return new Task(mode, patch, baseChannels, dropout, loss, threads, other);
    }

    /** Dropout draws other masks in every library. */
    public Task withoutDropout() {
        return new Task(mode, patch, baseChannels, 0, loss, threads, recompute);
    }

    /** The same network at the smallest patch and few channels: what a plain loop can check in seconds. */
    public Task small() {
        return withPatch(patch.stream().map(_ -> UNetConfig.legalOutputBelow(0)).toList()).withBaseChannels(2)
                .withoutDropout();
    }

    public UNetConfig network() {
        return UNetConfig.of(patch.size(), 1, CLASSES, baseChannels, dropout);
    }

    /** (1, classes, D, H, W) or (1, classes, H, W). */
    public Shape output() {
        List<Long> sizes = new ArrayList<>(List.of(1L, (long) CLASSES));
        sizes.addAll(patch);
        return new Shape(sizes);
    }

    /** (1, 1, D, H, W) or (1, 1, H, W), the padding included. */
    public Shape input() {
        return network().inputShape(output());
    }

    public Loss objective() {
        return Loss.of(Loss.Kind.of(loss));
    }

    /** The network with backward pass and update, as the CPU runs it. */
    public SegmentationNetwork trainingNetwork() {
        return UNet.training(network(), output(), objective(), OPTIMIZER, new MemorySaving(true, recompute));
    }

    /** The network to the logits only. */
    public SegmentationNetwork predictionNetwork() {
        return UNet.prediction(network(), output());
    }

    /** The network to logits and loss with running statistics, each op a node of its own, as exporters write it. */
    public SegmentationNetwork unfusedNetwork() {
        return UNet.evaluation(network(), output(), objective(), new MemorySaving(false, Recompute.NONE));
    }

    /** Of one step, multiplications and additions of the convolutions; what is computed again does not count. */
    public long floatingPointOperations() {
        return FloatingPoint.operations((mode == Mode.TRAINING ? withRecompute(Recompute.NONE).trainingNetwork()
                : predictionNetwork()).graph());
    }

    /** Such as 60x60x52. */
    public String patchText() {
        return String.join("x", patch.stream().map(String::valueOf).toList());
    }

    /** All but the threads: what results are compared by. */
    public String work() {
        return mode + " step of " + patchText() + ", " + baseChannels + " base channels, " + loss
                + (dropout > 0 ? " with dropout" : "")
                + (recompute == Recompute.NONE || mode == Mode.FORWARD ? "" : ", recompute " + recompute.label());
    }

    @Override
    public String toString() {
        return work() + ", " + threads + (threads == 1 ? " thread" : " threads");
    }
}
