package lobule.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import lobule.file.AtomicFile;
import lobule.file.FolderLock;
import lobule.file.InputException;

/** The files that a run leaves; one process has them at a time. */
public final class RunFolder implements AutoCloseable {
    private static final Path RUNS = Path.of("runs");
    private static final String CONFIG = "config.yaml";
    private static final String METRICS = "metrics.jsonl";
    private static final String MODEL = "model.safetensors";
    private static final String STATE = "state.safetensors";

    private final Path path;
    private final FolderLock lock;

    private RunFolder(Path path, FolderLock lock) {
        this.path = path;
        this.lock = lock;
    }

    public Path path() {
        return path;
    }

    /** What there is to say where nothing keeps a second run out. */
    public Optional<String> warning() {
        return lock.warning();
    }

    /** The settings, resolved; a run can be repeated from it. */
    public Path config() {
        return path.resolve(CONFIG);
    }

    /** One JSON object a step. */
    public Path metrics() {
        return path.resolve(METRICS);
    }

    /** The network: parameters and running statistics. */
    public Path model() {
        return path.resolve(MODEL);
    }

    /** All that is needed to go on: the network, the optimiser's moments, and how far the run is. */
    public Path state() {
        return path.resolve(STATE);
    }

    /** How a GPU computes the convolutions; on other devices there is none. */
    public Path algorithms() {
        return path.resolve("algorithms.json");
    }

    /** What a GPU had free, and what the run planned and took of it; on other devices there is none. */
    public Path memory() {
        return path.resolve("memory.json");
    }

    /** Where the time of the last step went, for a run that timed its launches. */
    public Path profile() {
        return path.resolve("profile.json");
    }

    /** What is learned from, file by file. */
    public Path data() {
        return path.resolve("data.json");
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
        if (config.out() != null) {
            requireIdle(target);
            requireNoRun(target);
        }
        requireWritable(target);
    }

    private static boolean holdsRun(Path target) {
        return Stream.of(CONFIG, METRICS, MODEL, STATE).map(target::resolve).anyMatch(Files::exists);
    }

    /** Says first whose a run is that another process is at. */
    private static void requireIdle(Path target) {
        if (holdsRun(target) && Files.exists(target.resolve(FolderLock.NAME))) {
            FolderLock.take(target).close();
        }
    }

    private static void requireNoRun(Path target) {
        if (holdsRun(target)) {
            throw new InputException(target + ": holds a run already; go on with it by --resume " + target
                    + ", or choose another --out.");
        }
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

    /**
     * Makes the folder of a new run, by default the next free {@code runs/NAME-N}, with its settings in it.
     *
     * @throws InputException where there is a run in it, or another process has it
     */
    public static RunFolder create(TrainConfig config) {
        requireFree(config);
        Path path = config.out() == null ? nextFree(config.experiment()) : made(Path.of(config.out()));
        return claimed(path, folder -> {
            requireNoRun(path); // of another process, which had the lock until now
            folder.write(RunSettings.of(config));
        });
    }

    @SuppressWarnings("MustBeClosedChecker")
    private static RunFolder claimed(Path path, Consumer<RunFolder> first) {
        RunFolder folder = new RunFolder(path, FolderLock.take(path));
        try {
            first.accept(folder);
            return folder;
        } catch (RuntimeException e) {
            folder.close();
            throw e;
        }
    }

    private static Path made(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be written (" + e + "); choose another place by --out.", e);
        }
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
     * The folder of a run to go on with, from its start where it was ended before its first checkpoint.
     *
     * @throws InputException where it holds none, or another process has it
     */
    public static RunFolder resume(Path path) {
        requireFile(path, CONFIG);
        if (Files.exists(path.resolve(MODEL))) {
            requireFile(path, STATE);
        }
        requireWritable(path);
        return claimed(path, folder -> {});
    }

    private static void requireFile(Path path, String name) {
        if (!Files.isRegularFile(path.resolve(name))) {
            throw new InputException(path + ": has no " + name + ", expected the folder of a run, with all its files.");
        }
    }

    /** Whether there is a checkpoint to go on from. */
    public boolean hasCheckpoint() {
        return Files.exists(state());
    }

    /** Writes the settings, but for the folder: a repeated run gets one of its own. */
    void write(RunSettings settings) {
        byte[] yaml = settings.yaml().getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(config(), out -> out.write(yaml));
    }

    @Override
    public void close() {
        lock.close();
    }
}
