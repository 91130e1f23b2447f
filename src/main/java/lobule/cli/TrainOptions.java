package lobule.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import lobule.train.TrainConfig;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The settings that can be given on the command line; those that are not given come from the file or the preset. */
final class TrainOptions {
    @Option(names = "--experiment", paramLabel = "NAME", description = "Preset: unet2d-dropout-renorm-cce, "
            + "unet3d-dropout-renorm-dice, unet3d-renorm-dice, unet3d-renorm-cce or phantom (default: phantom).")
    private String experiment;

    @Option(names = "--data", paramLabel = "DIR", description = "Folder with imagesTr, labelsTr and dataset.json, or "
            + TrainConfig.PHANTOM + " for a synthetic CT.")
    private String data;

    @Option(names = "--case", paramLabel = "ID", description = "The case to train on (default: all).")
    private String trainingCase;

    @Option(names = "--validate", paramLabel = "ID", description = "The case to evaluate on, held out of training.")
    private String validationCase;

    @Mixin
    private MaskOptions masks;

    @Option(names = "--overfit", negatable = true, description = "Train and evaluate on the one patch whose foreground "
            + "share is nearest to one half.")
    private Boolean overfit;

    @Option(names = "--only-foreground", negatable = true, description = "Take only patches with foreground.")
    private Boolean onlyForeground;

    @Option(names = "--patch", paramLabel = "DxHxW", description = "Output of the network, HxW in 2D; sizes are"
            + " 8k + 4.")
    private String patch;

    @Option(names = "--base-channels", paramLabel = "N", description = "Channels of the first block.")
    private Integer baseChannels;

    @Option(names = "--dropout", paramLabel = "R", description = "Dropout rate in the decoder.")
    private Double dropout;

    @Option(names = "--loss", paramLabel = "L", description = "dice, dicefg, dice-squared, cce or dice+cce.")
    private String loss;

    @Option(names = "--optimizer", paramLabel = "NAME", description = "adam or sgd (with Nesterov momentum).")
    private String optimizer;

    @Option(names = "--clip-norm", paramLabel = "X", description = "Largest norm of the gradient.")
    private Double clipNorm;

    @Option(names = "--learning-rate", paramLabel = "R", description = "The same rate throughout; stages go in a file.")
    private Double learningRate;

    @Option(names = "--accumulate", paramLabel = "K", description = "Mini-batches averaged for one optimiser step.")
    private Integer accumulate;

    @Option(names = "--renorm", paramLabel = "S", description = "Batch renorm schedule: paper, staged or fixed:R,D.")
    private String renorm;

    @Option(names = "--renorm-scale", paramLabel = "X", description = "Shrinks the step axis of the schedule.")
    private Double renormScale;

    @Option(names = "--steps", paramLabel = "N", description = "Optimiser steps of the whole run.")
    private Long steps;

    @Option(names = "--seed", paramLabel = "N", description = "Of initialisation, dropout, patches and phantom.")
    private Long seed;

    @Option(names = "--evaluate-every", paramLabel = "N", description = "Steps between evaluations.")
    private Long evaluateEvery;

    @Option(names = "--checkpoint-every", paramLabel = "N", description = "Steps between checkpoints.")
    private Long checkpointEvery;

    @Option(names = "--recompute", paramLabel = "WHAT", description = "What the backward pass computes again to "
            + "save memory: none, cheap or level0 (default: none).")
    private String recompute;

    @Option(names = "--device", paramLabel = "NAME", description = "Where to compute: cuda, cpu, reference, or "
            + "auto: a GPU where there is one, else the CPU (default: auto).")
    private String device;

    @Option(names = "--threads", paramLabel = "N", description = "Threads to use; 0 for all processors.")
    private Integer threads;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder of the run (default: the next free "
            + "runs/NAME-N).")
    private Path out;

    /** Those given, by their keys in a settings file. */
    Map<String, Object> given() {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("experiment", experiment);
        given.put("data.source", data);
        given.put("data.training-case", trainingCase);
        given.put("data.validation-case", validationCase);
        given.put("data.labels", masks.labels());
        given.put("data.ignore-label", masks.ignoreLabel());
        given.put("data.mask-grid", masks.grid());
        given.put("data.overfit", overfit);
        given.put("data.only-foreground", onlyForeground);
        given.put("patch", patch);
        given.put("network.base-channels", baseChannels);
        given.put("network.dropout", dropout);
        given.put("loss.name", loss);
        given.put("optimizer.name", optimizer);
        given.put("optimizer.clip-norm", clipNorm);
        given.put("learning-rate", learningRate == null ? null : List.of(Map.of("step", 1, "rate", learningRate)));
        given.put("accumulate", accumulate);
        given.put("renorm.schedule", renorm);
        given.put("renorm.scale", renormScale);
        given.put("steps", steps);
        given.put("seed", seed);
        given.put("evaluate-every", evaluateEvery);
        given.put("checkpoint-every", checkpointEvery);
        given.put("recompute", recompute);
        given.put("device", device);
        given.put("threads", threads);
        given.put("out", out == null ? null : out.toString());
        given.values().removeIf(Objects::isNull);
        return given;
    }
}
