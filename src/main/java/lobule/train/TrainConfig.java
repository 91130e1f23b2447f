package lobule.train;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import lobule.data.ClassDefinition;
import lobule.data.MaskGrid;
import lobule.data.MaskSettings;
import lobule.data.PatchShape;
import lobule.file.InputException;
import lobule.image.IntensityWindow;
import lobule.nn.Loss;
import lobule.nn.Recompute;
import lobule.nn.UNetConfig;
import lobule.op.Adam;
import lobule.op.NesterovMomentum;
import lobule.op.Op;
import lobule.tensor.Shape;

/**
 * Every setting of a training run, checked. Components are the keys of the settings file, there in kebab case.
 *
 * @param experiment      the preset that the settings started from
 * @param patch           output of the network as text, depth x height x width or height x width
 * @param learningRate    stages of the learning rate
 * @param accumulate      mini-batches whose gradients are averaged for one optimiser step
 * @param steps           optimiser steps of the whole run
 * @param seed            of initialisation, dropout, patches and phantom
 * @param evaluateEvery   optimiser steps between evaluations
 * @param checkpointEvery optimiser steps between checkpoints
 * @param recompute       what the backward pass computes again instead of keeping it: none, cheap or level0
 * @param threads         of the device; 0 for all processors
 * @param cuda            how a GPU computes
 * @param out             folder of the run, or null for the next free one under {@code runs}
 */
public record TrainConfig(String experiment, Data data, String patch, Network network, Objective loss,
                          Optimizer optimizer, List<LearningRate.Stage> learningRate, int accumulate, Renorm renorm,
                          long steps, long seed, long evaluateEvery, long checkpointEvery, String recompute,
                          String device, int threads, CudaSettings cuda, String out) {
    /** The source that is no folder: a synthetic CT made from the seed. */
    public static final String PHANTOM = "phantom";
    private static final int MOST_PATCHES = 10_000;
    private static final int MOST_THREADS = 4096;

    /**
     * What is learned from.
     *
     * @param source            folder in the Decathlon layout, or {@link #PHANTOM}; null until given
     * @param trainingCase      the case to train on, or null for all
     * @param validationCase    the case to evaluate on, held out of training; null for other patches of the same
     * @param overfit           train and evaluate on one patch
     * @param onlyForeground    train on patches with foreground only
     * @param validationPatches patches of an evaluation, where not overfitting
     * @param window            intensities (HU) that become -1 and 1; clipped there
     * @param labels            which labels of the masks are which class, as {@link ClassDefinition} reads them; null
     *                          where the data set's labels are the classes
     * @param ignoreLabel       the label that is left out of training and scores; null where dataset.json says it
     * @param maskGrid          which grid masks lie on: own or image
     */
    public record Data(String source, String trainingCase, String validationCase, boolean overfit,
                       boolean onlyForeground, int validationPatches, List<Double> window, String labels,
                       Integer ignoreLabel, String maskGrid) {
        public Data {
            require(validationPatches >= 1 && validationPatches <= MOST_PATCHES, "data.validation-patches",
                    validationPatches, "1 to " + MOST_PATCHES);
            window = List.copyOf(window);
            require(window.size() == 2 && window.get(0) < window.get(1), "data.window", window,
                    "the lower and the upper bound in HU, such as [-160, 240]");
            requireWindow(window);
            require(!overfit || validationCase == null, "data.validation-case", validationCase,
                    "none in an overfit run, which is evaluated on the patch it trains on");
            require(trainingCase == null || !trainingCase.equals(validationCase), "data.validation-case",
                    validationCase, "another case than the one trained on");
            require(ignoreLabel == null || ignoreLabel >= 0 && ignoreLabel <= 65_535, "data.ignore-label", ignoreLabel,
                    "0 to 65535, or nothing");
            classes(labels);
            MaskGrid.of("data.mask-grid", String.valueOf(maskGrid));
        }

        private static List<ClassDefinition> classes(String labels) {
            return labels == null ? List.of() : ClassDefinition.parse("data.labels", labels);
        }

        /** How masks are to be read. */
        public MaskSettings masks() {
            return new MaskSettings(classes(labels),
                    ignoreLabel == null ? OptionalInt.empty() : OptionalInt.of(ignoreLabel),
                    MaskGrid.of("data.mask-grid", maskGrid));
        }

        private Data withAbsoluteSource() {
            String absolute = source == null || source.equals(PHANTOM) ? source
                    : Path.of(source).toAbsolutePath().normalize().toString();
            return new Data(absolute, trainingCase, validationCase, overfit, onlyForeground, validationPatches, window,
                    labels, ignoreLabel, maskGrid);
        }

        /** Bounds that differ as numbers can be the same as floats. */
        private static void requireWindow(List<Double> window) {
            try {
                window(window);
            } catch (InputException e) {
                throw new InputException("data.window is " + window + ": " + e.getMessage(), e);
            }
        }

        private static IntensityWindow window(List<Double> bounds) {
            return IntensityWindow.of(bounds.get(0).floatValue(), bounds.get(1).floatValue());
        }

        public IntensityWindow intensityWindow() {
            return window(window);
        }
    }

    /**
     * @param rank    3 for volumes, 2 for axial slices
     * @param classes including background
     * @param dropout rate before each convolution of the decoder; 0 for none
     */
    public record Network(int rank, int inChannels, int classes, int baseChannels, double dropout) {
        public Network {
            require(rank == 2 || rank == 3, "network.rank", rank, "2 or 3");
            require(inChannels == 1, "network.in-channels", inChannels, "1: a case has one image");
            require(classes >= 2 && classes <= 255, "network.classes", classes, "2 to 255, background included");
            require(baseChannels >= 1 && baseChannels <= 1024, "network.base-channels", baseChannels, "1 to 1024");
            require(dropout >= 0 && dropout < 1, "network.dropout", dropout, "at least 0 and below 1");
        }
    }

    /** @param classWeights of the cross entropy: one a class, or empty for all 1 */
    public record Objective(String name, List<Double> classWeights) {
        public Objective {
            kind(name);
            classWeights = List.copyOf(classWeights);
            require(classWeights.stream().allMatch(weight -> weight >= 0 && Double.isFinite(weight)),
                    "loss.class-weights", classWeights, "numbers from 0");
        }

        private static Loss.Kind kind(String name) {
            try {
                return Loss.Kind.of(String.valueOf(name));
            } catch (IllegalArgumentException e) {
                throw new InputException("loss.name: " + e.getMessage() + ".", e);
            }
        }
    }

    /**
     * @param momentum of sgd
     * @param clipNorm largest norm of all gradients together, or null for no clipping
     */
    public record Optimizer(String name, double momentum, Double clipNorm) {
        public Optimizer {
            require("adam".equals(name) || "sgd".equals(name), "optimizer.name", name, "adam or sgd");
            require(momentum >= 0 && momentum < 1, "optimizer.momentum", momentum, "at least 0 and below 1");
            require(clipNorm == null || clipNorm > 0, "optimizer.clip-norm", clipNorm, "above 0, or nothing");
        }

        private Op op() {
            double limit = clipNorm == null ? Double.POSITIVE_INFINITY : clipNorm;
            return name.equals("adam") ? new Adam(0.9, 0.999, 1e-8, limit) : new NesterovMomentum(momentum, limit);
        }
    }

    /**
     * @param schedule {@code paper}, {@code staged} or {@code fixed:R,D}
     * @param scale    shrinks the step axis of the schedule, 1 being as published
     */
    public record Renorm(String schedule, double scale) {
        public Renorm {
            RenormSchedule.of(String.valueOf(schedule));
            require(scale > 0 && Double.isFinite(scale), "renorm.scale", scale, "above 0");
        }

        /** The clip of an optimiser step, counted from 1. */
        public RenormSchedule.Clip at(long step) {
            return RenormSchedule.of(schedule).at(step / scale);
        }
    }

    public TrainConfig {
        PatchSize.parse("patch", String.valueOf(patch), network.rank());
        new LearningRate(learningRate);
        int defined = data.masks().classes().size();
        require(defined == 0 || defined + 1 == network.classes(), "network.classes", network.classes(), (defined + 1)
                + ": data.labels names " + defined + " beside the background");
        require(loss.classWeights().isEmpty() || loss.classWeights().size() == network.classes(), "loss.class-weights",
                loss.classWeights(), "none, or one for each of the " + network.classes() + " classes");
        require(accumulate >= 1, "accumulate", accumulate, "at least 1");
        require(steps >= 1, "steps", steps, "at least 1");
        require(evaluateEvery >= 1, "evaluate-every", evaluateEvery, "at least 1");
        require(checkpointEvery >= 1, "checkpoint-every", checkpointEvery, "at least 1");
        recomputation(recompute);
        require(threads >= 0 && threads <= MOST_THREADS, "threads", threads,
                "1 to " + MOST_THREADS + ", or 0 for all processors");
    }

    /** The same settings with another folder of the run. */
    TrainConfig withOut(String folder) {
        return new TrainConfig(experiment, data, patch, network, loss, optimizer, learningRate, accumulate, renorm,
                steps, seed, evaluateEvery, checkpointEvery, recompute, device, threads, cuda, folder);
    }

    /** The same settings at other rates. */
    TrainConfig withLearningRate(LearningRate rates) {
        return new TrainConfig(experiment, data, patch, network, loss, optimizer, rates.stages(), accumulate, renorm,
                steps, seed, evaluateEvery, checkpointEvery, recompute, device, threads, cuda, out);
    }

    /** The same settings with the workspace that a card was given, so that they hold for the next card too. */
    public TrainConfig withWorkspaceLimit(long bytes) {
        return new TrainConfig(experiment, data, patch, network, loss, optimizer, learningRate, accumulate, renorm,
                steps, seed, evaluateEvery, checkpointEvery, recompute, device, threads,
                cuda.withWorkspaceLimit(bytes), out);
    }

    /** The same settings for whoever is in another folder. */
    TrainConfig withAbsoluteSource() {
        return new TrainConfig(experiment, data.withAbsoluteSource(), patch, network, loss, optimizer, learningRate,
                accumulate, renorm, steps, seed, evaluateEvery, checkpointEvery, recompute, device, threads, cuda, out);
    }

    public PatchShape patchShape() {
        return PatchSize.parse("patch", patch, network.rank());
    }

    public UNetConfig unet() {
        return UNetConfig.of(network.rank(), network.inChannels(), network.classes(), network.baseChannels(),
                network.dropout());
    }

    /** The network's output: (1, classes, D, H, W) or (1, classes, H, W). */
    public Shape output() {
        PatchShape size = patchShape();
        return network.rank() == 3 ? Shape.of(1, network.classes(), size.depth(), size.height(), size.width())
                : Shape.of(1, network.classes(), size.height(), size.width());
    }

    public Loss objective() {
        return new Loss(Objective.kind(loss.name()), loss.classWeights(), Loss.IGNORE);
    }

    public Op optimizerOp() {
        return optimizer.op();
    }

    public Recompute recomputation() {
        return recomputation(recompute);
    }

    private static Recompute recomputation(String label) {
        try {
            return Recompute.of(String.valueOf(label));
        } catch (IllegalArgumentException e) {
            throw new InputException(e.getMessage() + ".", e);
        }
    }

    public LearningRate rates() {
        return new LearningRate(learningRate);
    }

    private static void require(boolean holds, String key, Object value, String expected) {
        if (!holds) {
            throw new InputException(key + " is " + value + ", expected " + expected + ".");
        }
    }
}
