package lobule.checkpoint;

import lobule.file.InputException;
import lobule.image.IntensityWindow;
import lobule.nn.UNetConfig;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

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

    /** @throws CheckpointException where the file is not from a training run, naming what is missing or wrong */
    public static ModelDescription of(SafeTensors file) {
        Metadata metadata = new Metadata(file);
        if (!metadata.has(SETTINGS)) {
            throw new CheckpointException(file.file() + ": is no model of a training run: its metadata hold no "
                    + SETTINGS + ", only " + file.metadata().keySet());
        }
        JsonNode settings = settings(metadata);
        return new ModelDescription(metadata.network(), window(metadata, settings.at("/data/window")),
                settings.path("experiment").asString("unnamed"),
                (long) metadata.number(STEP, value -> value == (long) value && value >= 0, "a whole number from 0"),
                settings.path("patch").asString("unknown"));
    }

    private static JsonNode settings(Metadata metadata) {
        try {
            return YAMLMapper.shared().readTree(metadata.text(SETTINGS));
        } catch (JacksonException e) {
            throw metadata.refused(SETTINGS, "the settings of the run as YAML (" + e.getOriginalMessage() + ")");
        }
    }

    private static IntensityWindow window(Metadata metadata, JsonNode bounds) {
        boolean numbers = bounds.size() == 2 && bounds.get(0).isNumber() && bounds.get(1).isNumber();
        try {
            if (numbers) {
                return IntensityWindow.of(bounds.get(0).floatValue(), bounds.get(1).floatValue());
            }
        } catch (InputException e) {
            throw metadata.refused(SETTINGS, "a legal data.window in it: " + e.getMessage());
        }
        throw metadata.refused(SETTINGS, "two numbers as data.window in it");
    }
}
