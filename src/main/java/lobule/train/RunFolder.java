package lobule.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import lobule.file.AtomicFile;
import lobule.file.InputException;

/** The files that a run leaves. */
public record RunFolder(Path path) {
    private static final Path RUNS = Path.of("runs");

    /** The settings, resolved; a run can be repeated from it. */
    public Path config() {
        return path.resolve("config.yaml");
    }

    /** One JSON object a step. */
    public Path metrics() {
        return path.resolve("metrics.jsonl");
    }

    /** The network: parameters and running statistics. */
    public Path model() {
        return path.resolve("model.safetensors");
    }

    /** All that is needed to go on: the network, the optimiser's moments, and how far the run is. */
    public Path state() {
        return path.resolve("state.safetensors");
    }

    /** How a GPU computes the convolutions; on other devices there is none. */
    public Path algorithms() {
        return path.resolve("algorithms.json");
    }

    /** Curves of loss and Jaccard. */
    public Path progress() {
        return path.resolve("progress.png");
    }

    /** Outlines of truth and prediction on the CT. */
    public Path overlay() {
        return path.resolve("overlay.png");
    }

    /** The predicted patch on the grid of its CT. */
    public Path prediction() {
        return path.resolve("prediction.nii.gz");
    }

    /**
     * Refuses, before any work is done, a place that cannot be written to or holds a run already. Writes nothing.
     *
     * @throws InputException naming the way out
     */
    public static void requireFree(TrainConfig config) {
        Path target = config.out() == null ? RUNS : Path.of(config.out());
        RunFolder folder = new RunFolder(target);
        if (config.out() != null && folder.holdsRun()) {
            throw new InputException(target + ": holds a run already; go on with it by --resume " + target
                    + ", or choose another --out.");
        }
        requireWritable(target);
    }

    /**
     * Refuses a folder that cannot be written to, or made. Writes nothing.
     *
     * @throws InputException naming what is in the way
     */
    public static void requireWritable(Path target) {
        Path existing = target.toAbsolutePath();
        while (!Files.exists(existing)) {
            existing = existing.getParent();
        }
        if (!Files.isDirectory(existing) || !Files.isWritable(existing)) {
            throw new InputException(target + ": cannot be written, because " + existing
                    + (Files.isDirectory(existing) ? " gives no permission" : " is no folder")
                    + "; choose another place by --out.");
        }
    }

    private boolean holdsRun() {
        return Stream.of(config(), metrics(), model(), state()).anyMatch(Files::exists);
    }

    /** Makes the folder of a new run, by default the next free {@code runs/NAME-N}, with its settings in it. */
    public static RunFolder create(TrainConfig config) {
        requireFree(config);
        RunFolder folder = new RunFolder(config.out() == null ? nextFree(config.experiment()) : Path.of(config.out()));
        folder.write(config);
        return folder;
    }

    private static Path nextFree(String name) {
        try {
            Files.createDirectories(RUNS);
            Optional<Path> made = Optional.empty();
            for (int number = 1; made.isEmpty(); number++) {
                made = makeNew(RUNS.resolve(name + "-" + number));
            }
            return made.get();
        } catch (IOException e) {
            throw new InputException(RUNS + ": cannot be written (" + e + "); choose another place by --out.", e);
        }
    }

    /** Empty where it exists: two runs that start at once do not share a folder. */
    private static Optional<Path> makeNew(Path folder) throws IOException {
        try {
            return Optional.of(Files.createDirectory(folder));
        } catch (FileAlreadyExistsException e) {
            return Optional.empty();
        }
    }

    /**
     * The folder of a run to go on with.
     *
     * @throws InputException where it holds no checkpoint
     */
    public static RunFolder resume(Path path) {
        RunFolder folder = new RunFolder(path);
        for (Path needed : new Path[] {folder.config(), folder.state()}) {
            if (!Files.isRegularFile(needed)) {
                throw new InputException(path + ": has no " + needed.getFileName()
                        + ", expected the folder of a run that wrote a checkpoint.");
            }
        }
        return folder;
    }

    /** Writes the settings, but for the folder: a repeated run gets one of its own. */
    void write(TrainConfig config) {
        byte[] yaml = ConfigLayers.yaml(config.withOut(null)).getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(config(), out -> out.write(yaml));
    }
}
