package lobule.checkpoint;

import java.util.List;
import lobule.file.Document;
import lobule.file.DocumentFormat;
import lobule.file.InputException;
import lobule.image.IntensityWindow;
import lobule.nn.UNetConfig;

/**
 * What a model's file says about it: all that is needed to use it.
 *
 * @param window     how intensities were brought to the scale it learned from
 * @param experiment the preset that its settings started from
 * @param step       optimiser steps that it was trained for
 * @param patch      the network's output in training, as settings write it
 */
public record ModelDescription(UNetConfig network, IntensityWindow window, String experiment, long step,
                               String patch) {
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
            return new ModelDescription(metadata.network(), window(settings.at("data").at("window")),
                    settings.at("experiment").optional().map(Document::text).orElse("unnamed"),
                    metadata.whole(STEP, 0, MOST_STEPS),
                    settings.at("patch").optional().map(Document::text).orElse("unknown"));
        } catch (InputException e) {
            throw new CheckpointException(e.getMessage(), e);
        }
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
