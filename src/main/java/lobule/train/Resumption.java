package lobule.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lobule.checkpoint.CheckpointException;
import lobule.file.InputException;

/** A run to go on with: what is in its folder, and what is other from here on; all checked before work starts. */
public final class Resumption {
    private final RunFolder folder;
    private final RunSettings settings;
    private final Optional<DataRecord> data;
    private final boolean sameSelection;
    private final List<String> notes = new ArrayList<>();

    private Resumption(RunFolder folder, RunSettings recorded, RunSettings settings, long done) {
        this.folder = folder;
        this.settings = settings;
        this.data = DataRecord.read(folder);
        this.sameSelection = selection(recorded).equals(selection(settings));
        if (!folder.hasCheckpoint()) {
            notes.add("the run was ended before its first checkpoint and begins again at step 1");
        }
        if (data.isEmpty() && done > 0) {
            notes.add("the run has no record of its data (" + folder.data().getFileName()
                    + "): whether they are those it began with is not known");
        }
        MetricsLog.missing(folder.metrics(), done).ifPresent(notes::add);
        settings.since(recorded).forEach(change -> notes.add(change.toString()));
    }

    /**
     * @param given settings by dotted key that are to hold from here on
     * @throws InputException      where a file of the run is damaged, or the run has done more steps than it is to do
     * @throws CheckpointException where the checkpoint is damaged
     */
    public static Resumption of(RunFolder folder, Map<String, Object> given) {
        RunSettings recorded = RunSettings.read(folder);
        long done = folder.hasCheckpoint() ? Checkpoint.read(folder).step() : 0;
        RunSettings settings = recorded.changed(ConfigLayers.resolve(Optional.of(folder.config()), given), done);
        return new Resumption(folder, recorded, settings, done);
    }

    private static List<Object> selection(RunSettings settings) {
        TrainConfig.Data chosen = settings.config().data();
        return List.of(Optional.ofNullable(chosen.trainingCase()), Optional.ofNullable(chosen.validationCase()),
                chosen.overfit());
    }

    /** The settings from here on, with the learning rates until here. */
    public TrainConfig config() {
        return settings.config();
    }

    /** What the user should know, a line each. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /**
     * The data of the run: the cases it began with, whatever else is in the data set by now.
     *
     * @param acceptChanged takes the data set as it is now
     * @throws InputException where a case is gone or has other contents
     */
    public TrainingData data(boolean acceptChanged) {
        boolean asRecorded = data.isPresent() && sameSelection && !acceptChanged;
        TrainingData now = asRecorded ? TrainingData.open(config(), data.get().trainingNames())
                : TrainingData.open(config());
        Optional<String> change = data.flatMap(recorded -> recorded.changedTo(now.record()));
        if (change.isPresent() && !acceptChanged) {
            now.close();
            throw new InputException(folder.path() + ": the data are not those that the run began with: " + change.get()
                    + "; put them back, or go on with these by --accept-changed-data.");
        }
        change.ifPresent(text -> notes.add("from here on other data: " + text));
        if (!now.leftOut().isEmpty()) {
            notes.add("not part of this run, since it began without: " + String.join(", ", now.leftOut())
                    + " (--accept-changed-data takes them in)");
        }
        return now;
    }
}
