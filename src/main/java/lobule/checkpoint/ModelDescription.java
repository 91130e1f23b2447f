package lobule.checkpoint;

import java.util.List;
import java.util.Optional;
import lobule.data.ClassLabels;
import lobule.device.cuda.options.MathMode;
import lobule.file.Document;
import lobule.file.DocumentFormat;
import lobule.file.InputException;
import lobule.image.IntensityWindow;
import lobule.image.Spacing;
import lobule.nn.UNetConfig;

/**
 * What a model's file says about it: all that is needed to use it.
 *
 * @param window     how intensities were brought to the scale it learned from
 * @param experiment the preset that its settings started from
 * @param step       optimiser steps that it was trained for
 * @param patch      the network's output in training, as settings write it
 * @param spacing    the median of the cases trained on; empty in files of versions that did not note it
 * @param math       how a GPU computed products in training; fp32 in files of versions that did not note it
 * @param deterministic whether a GPU was to give the same bits again
 * @param labels     which labels of the masks it learned from its classes are
 */
public record ModelDescription(UNetConfig network, IntensityWindow window, String experiment, long step,
                               String patch, Optional<Spacing> spacing, MathMode math, boolean deterministic,
                               ClassLabels labels) {
    /** The metadata key of the training's spacing. */
    public static final String SPACING = "spacing";
    private static final String SETTINGS = "config";
    private static final String STEP = "step";
    private static final long MOST_STEPS = Long.MAX_VALUE - 1;

    /** @throws CheckpointException where the file is not from a training run, naming what is missing or wrong */
    public static ModelDescription of(SafeTensors file) {
        Metadata metadata = new Metadata(file);
        if (!metadata.has(SETTINGS)) {
            throw new CheckpointException(file.file() + ": is no model of a training run: its metadata hold no "
                    + SETTINGS + ", only " + file.metadata().keySet());
        }
        try {
            Document settings = DocumentFormat.YAML.parse(file.file() + ": metadata key " + SETTINGS,
                    metadata.text(SETTINGS));
            UNetConfig network = metadata.network();
            return new ModelDescription(network, window(settings.at("data").at("window")),
                    settings.at("experiment").optional().map(Document::text).orElse("unnamed"),
                    metadata.whole(STEP, 0, MOST_STEPS),
                    settings.at("patch").optional().map(Document::text).orElse("unknown"), spacing(metadata),
                    setting(settings, "math").map(ModelDescription::math).orElse(MathMode.FP32),
                    setting(settings, "deterministic").map(Document::flag).orElse(false),
                    LabelMetadata.read(metadata, network.classes()));
        } catch (InputException e) {
            throw new CheckpointException(e.getMessage(), e);
        }
    }

    /** Of a GPU. */
    private static Optional<Document> setting(Document settings, String key) {
        return settings.at("cuda").optional().flatMap(cuda -> cuda.at(key).optional());
    }

    private static MathMode math(Document label) {
        try {
            return MathMode.of(label.text());
        } catch (IllegalArgumentException e) {
            throw label.refused("fp32 or tf32");
        }
    }

    private static Optional<Spacing> spacing(Metadata metadata) {
        if (!metadata.has(SPACING)) {
            return Optional.empty();
        }
        return Optional.of(Spacing.parse(metadata.text(SPACING)).orElseThrow(() -> metadata.refused(SPACING,
                "three sizes in mm above 0, such as 0.7x0.7x5.0")));
    }

    private static IntensityWindow window(Document bounds) {
        List<Float> numbers = bounds.list().stream().map(bound -> (float) bound.number()).toList();
        if (numbers.size() != 2) {
            throw bounds.refused("two numbers");
        }
        try {
            return IntensityWindow.of(numbers.get(0), numbers.get(1));
        } catch (InputException e) {
            throw bounds.refused("a window: " + e.getMessage());
        }
    }
}
