package lobule.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lobule.file.Document;
import lobule.file.InputException;

/**
 * The settings of a run as they are now, and what they were before. Learning rates need no history: their stages say
 * which held when.
 *
 * @param history in the order of the steps
 */
public record RunSettings(TrainConfig config, List<Change> history) {
    /** Its stages are its history, or it changes nothing that is computed. */
    private static final Set<String> WITHOUT_HISTORY = Set.of("learning-rate", "steps", "out");

    /**
     * A setting that did not hold throughout.
     *
     * @param fromStep the first step with {@code after}
     */
    public record Change(long fromStep, String setting, String before, String after) {
        @Override
        public String toString() {
            return setting + " is " + after + " from step " + fromStep + " on, and was " + before;
        }
    }

    public RunSettings {
        history = List.copyOf(history);
    }

    static RunSettings of(TrainConfig config) {
        return new RunSettings(config, List.of());
    }

    /** @throws InputException where the file is damaged */
    public static RunSettings read(RunFolder folder) {
        return new RunSettings(ConfigLayers.resolve(Optional.of(folder.config()), Map.of()),
                history(folder.config()));
    }

    /** What a settings file says of the run that it is of; empty where its settings held throughout. */
    public static List<Change> history(Path file) {
        return ConfigLayers.history(file).map(Document::list).orElse(List.of()).stream()
                .map(RunSettings::change).toList();
    }

    private static Change change(Document change) {
        change.requireOnly(List.of("from-step", "setting", "before", "after"));
        return new Change(change.at("from-step").wholeNumber(1L, Long.MAX_VALUE), change.at("setting").text(),
                change.at("before").text(), change.at("after").text());
    }

    /**
     * What holds when the run goes on with other settings.
     *
     * @param done steps done with these
     * @throws InputException where it is to end before
     */
    public RunSettings changed(TrainConfig given, long done) {
        if (given.steps() < done) {
            throw new InputException("steps is " + given.steps() + ", expected at least the " + done
                    + " that the run has done.");
        }
        if (done == 0) {
            return of(given);
        }
        LearningRate rates = config.rates().then(done, given.rates());
        RunSettings changed = new RunSettings(given.withLearningRate(rates), history);
        Map<String, String> before = ConfigLayers.flat(config);
        for (Map.Entry<String, String> after : ConfigLayers.flat(given).entrySet()) {
            if (!WITHOUT_HISTORY.contains(after.getKey())) {
                changed = changed.with(new Change(done + 1, after.getKey(), before.get(after.getKey()),
                        after.getValue()));
            }
        }
        return changed;
    }

    /** A change that no checkpoint was written after is replaced by the next one of its setting. */
    RunSettings with(Change change) {
        List<Change> all = new ArrayList<>();
        String before = change.before();
        for (Change past : history) {
            if (past.fromStep() == change.fromStep() && past.setting().equals(change.setting())) {
                before = past.before();
            } else {
                all.add(past);
            }
        }
        if (!before.equals(change.after())) {
            all.add(new Change(change.fromStep(), change.setting(), before, change.after()));
        }
        return new RunSettings(config, all);
    }

    /** The changes that another history does not have. */
    public List<Change> since(RunSettings earlier) {
        return history.stream().filter(change -> !new HashSet<>(earlier.history).contains(change)).toList();
    }

    String yaml() {
        return ConfigLayers.yaml(this);
    }
}
