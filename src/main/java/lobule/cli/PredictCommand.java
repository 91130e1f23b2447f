package lobule.cli;

import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import lobule.checkpoint.ModelDescription;
import lobule.data.MaskReader;
import lobule.data.PatchShape;
import lobule.device.Device;
import lobule.device.cuda.CudaDevice;
import lobule.device.cuda.CudaPlanningDevice;
import lobule.evaluation.Overlap;
import lobule.file.InputException;
import lobule.image.Grid;
import lobule.image.Mask;
import lobule.image.NiftiReader;
import lobule.image.NiftiWriter;
import lobule.image.Orientation;
import lobule.image.Volume;
import lobule.inference.Segmentation;
import lobule.inference.Segmenter;
import lobule.inference.TileGrid;
import lobule.inference.TileSearch;
import lobule.inference.TrainedModel;
import lobule.train.CudaSettings;
import lobule.train.PatchSize;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Segments whole volumes; what can be wrong with the files, voxels apart, is found before anything is computed. */
@Command(name = "predict", sortOptions = false, description = "Segments whole CT volumes with a trained network; each "
        + "mask lies on its CT's own grid.")
final class PredictCommand implements Callable<Integer> {
    private final Devices devices;

    @Spec
    private CommandSpec spec;

    @Option(names = "--model", paramLabel = "FILE", required = true, description = "model.safetensors of a run; it "
            + "holds all settings.")
    private Path modelFile;

    @Option(names = "--tile", paramLabel = "DxHxW", description = "Output of the network at a time, HxW in 2D; sizes "
            + "are 8k + 4 (default: as large as the memory allows).")
    private String tile;

    @Option(names = "--memory-limit", paramLabel = "SIZE", converter = MemorySize.Converter.class,
            description = "Most device memory to take, such as 4GiB (default: half of what is available on the machine,"
                    + " or nine tenths of what is free on the GPU).")
    private MemorySize memoryLimit;

    @Option(names = "--out", paramLabel = "PATH", defaultValue = ".", description = "Name of the mask (.nii.gz or "
            + ".nii), or folder for NAME.mask.nii.gz (default: the current folder).")
    private Path out;

    @Option(names = "--probabilities", description = "Also write the probability of the foreground (float32).")
    private boolean probabilities;

    @Option(names = "--truth", paramLabel = "FILE", description = "True mask of the one CT: print Jaccard and dice of "
            + "the foreground.")
    private Path truth;

    @Option(names = "--overwrite", description = "Replace files that are there already.")
    private boolean overwrite;

    @Mixin
    private MaskOptions maskOptions;

    @Mixin
    private DeviceOptions deviceOptions;

    @Parameters(arity = "1..*", paramLabel = "CT", description = "NIfTI files, or folders of them.")
    private List<Path> given;

    private final PredictionFailures failures = new PredictionFailures();

    PredictCommand(Devices devices) {
        this.devices = devices;
    }

    @Override
    public Integer call() {
        List<Path> cts = PredictionFiles.cts(given);
        requireTruthOfOne(cts);
        List<PredictionFiles> files = PredictionFiles.of(cts, out, probabilities, overwrite,
                truth == null ? List.of(modelFile) : List.of(modelFile, truth));
        try (TrainedModel model = TrainedModel.open(modelFile); Arena arena = Arena.ofShared()) {
            Optional<PatchShape> shape = Optional.ofNullable(tile)
                    .map(text -> PatchSize.parse("--tile", text, model.description().network().rank()));
            Map<PredictionFiles, Grid> readable = readable(files);
            shape.ifPresent(chosen -> readable.values().forEach(grid -> TileGrid.over(grid, chosen)));
            Optional<Mask> expected = Optional.ofNullable(truth).map(file -> truth(file, cts.getFirst(), model, arena));
            try (Device device = deviceOptions.open(devices, settings(model.description()))) {
                predict(device, model, shape, readable, expected);
            }
        }
        failures.requireNone(files.size());
        return 0;
    }

    /** How it computed in training, but for what is that machine's or was to compare. */
    private static CudaSettings settings(ModelDescription model) {
        return new CudaSettings(model.math().label(), model.deterministic(), null, List.of());
    }

    private void requireTruthOfOne(List<Path> cts) {
        if (truth != null && cts.size() > 1) {
            throw new ParameterException(spec.commandLine(), "--truth is the mask of one CT but there are "
                    + cts.size());
        } else if (truth == null && maskOptions.isGiven()) {
            throw new ParameterException(spec.commandLine(), "--labels, --ignore-label and --mask-grid say how --truth"
                    + " is read but there is none");
        }
    }

    /** Canonical grids of the CTs whose headers are in order; one that is not does not stop the others. */
    private Map<PredictionFiles, Grid> readable(List<PredictionFiles> files) {
        Map<PredictionFiles, Grid> readable = new LinkedHashMap<>();
        for (PredictionFiles file : files) {
            try {
                readable.put(file, Orientation.of(NiftiReader.readGrid(file.ct())).canonical());
            } catch (InputException e) {
                failures.add(e);
            }
        }
        if (readable.isEmpty()) {
            failures.requireNone(files.size());
        }
        return readable;
    }

    private Mask truth(Path file, Path ct, TrainedModel model, Arena arena) {
        MaskReader reader = new MaskReader(maskOptions.over(model.description().labels()), maskOptions.gridRule());
        Mask mask = reader.read(file, ct.toString(), NiftiReader.readGrid(ct), arena);
        description().notes(mask.notes());
        description().notes(reader.notes());
        return mask;
    }

    private RunDescription description() {
        return new RunDescription(spec.commandLine().getOut());
    }

    private void predict(Device device, TrainedModel model, Optional<PatchShape> chosen,
                         Map<PredictionFiles, Grid> files, Optional<Mask> expected) {
        PrintWriter writer = spec.commandLine().getOut();
        RunDescription description = description();
        description.line("device", device.name() + ": " + device.description());
        description.line("model", text(model));
        description.line("classes", String.join(", ", model.description().labels().names()) + " (0 to "
                + (model.description().labels().size() - 1) + " in the masks)");
        MemoryBudget budget = memoryLimit == null ? MemoryBudget.of(device)
                : new MemoryBudget(memoryLimit.bytes(), "--memory-limit");
        PatchShape shape = chosen.orElseGet(() -> new TileSearch(planner(device), model.description().network(),
                List.copyOf(files.values())).find(budget.bytes()));
        try (Segmenter segmenter = new Segmenter(device, model, shape, budget.bytes())) {
            description.line("tile", shape + (chosen.isPresent() ? ", as chosen" : ", the least work that fits "
                    + Quantities.bytes(budget.bytes()) + " (" + budget.source() + ")"));
            description.line("memory", Quantities.bytes(segmenter.deviceBytes()) + ": parameters, statistics, arena");
            for (PredictionFiles file : files.keySet()) {
                try (Arena arena = Arena.ofShared()) { // a CT and what is made of it do not outlive its turn
                    Optional<Segmentation> made = segment(segmenter, file, description, writer, arena);
                    made.ifPresent(segmentation -> write(segmentation, file, description));
                    expected.ifPresent(mask -> made.ifPresent(segmentation ->
                            description.line("truth", text(Overlap.of(mask, segmentation.mask())))));
                }
            }
            if (deviceOptions.cuda().profile()) {
                new ProfileTable(writer).print(segmenter.profile());
            }
        }
    }

    /** A GPU would time its algorithms for every shape tried: its workspaces are taken to be at their limit instead. */
    private static Device planner(Device device) {
        return device instanceof CudaDevice card && device.fuses()
                ? new CudaPlanningDevice(card.workspaceLimitBytes()) : device;
    }

    /** Empty where the CT could not be served. */
    private Optional<Segmentation> segment(Segmenter segmenter, PredictionFiles file, RunDescription description,
                                           PrintWriter writer, Arena arena) {
        try {
            Volume ct = NiftiReader.read(file.ct(), arena);
            TileGrid tiles = segmenter.tiles(ct);
            description.line("ct", String.format(Locale.ROOT, "%s: %s voxels, tiles %dx%dx%d (z, y, x), %.1f %% of what"
                            + " the network reads is border", file.ct(), ct.grid().sizeText(), tiles.alongZ(),
                    tiles.alongY(), tiles.alongX(), 100 * tiles.borderShare()));
            description.notes(segmenter.doubts(ct));
            return Optional.of(segment(segmenter, ct, tiles, file.probabilities().isPresent(), writer, arena));
        } catch (InputException e) {
            failures.add(e);
            description.line("failed", e.getMessage());
            return Optional.empty();
        }
    }

    private static Segmentation segment(Segmenter segmenter, Volume ct, TileGrid tiles, boolean withProbabilities,
                                        PrintWriter writer, Arena arena) {
        StatusLine status = new StatusLine(writer);
        Segmentation made;
        try {
            made = segmenter.segment(ct, withProbabilities, new TileProgress(status, tiles, segmenter.deviceBytes()),
                    arena);
        } finally {
            status.end();
        }
        writer.printf(Locale.ROOT, "done: %s, %,.0f voxels/s, %.1f %% of the time in the network, %.1f %% border%n",
                Quantities.duration(made.seconds()), made.voxelsPerSecond(), 100 * made.networkShare(),
                100 * tiles.borderShare());
        return made;
    }

    /** Where this fails it would for the next CT, too. */
    private static void write(Segmentation made, PredictionFiles file, RunDescription description) {
        NiftiWriter.write(made.mask(), file.mask());
        description.line("mask", file.mask().toString());
        file.probabilities().ifPresent(path -> {
            NiftiWriter.write(made.probabilities().orElseThrow(), path);
            description.line("probs", path.toString());
        });
    }

    private static String text(TrainedModel model) {
        ModelDescription about = model.description();
        return String.format(Locale.ROOT, "%s: %s after %d steps, %dD, base %d, patch %s, window [%.0f, %.0f] HU",
                model.file(), about.experiment(), about.step(), about.network().rank(), about.network().baseChannels(),
                about.patch(), about.window().lower(), about.window().upper());
    }

    private static String text(Overlap overlap) {
        if (overlap.isEmpty()) {
            return "nothing to score: neither truth nor prediction has foreground";
        }
        return String.format(Locale.ROOT, "Jaccard %.4f, dice %.4f (%,d voxels predicted, %,d true, %,d both)",
                overlap.jaccard(), overlap.dice(), overlap.predicted(), overlap.truth(), overlap.both());
    }
}
