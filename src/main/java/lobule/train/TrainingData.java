package lobule.train;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lobule.data.ClassLabels;
import lobule.data.Dataset;
import lobule.data.LabelClass;
import lobule.data.LabelledVolume;
import lobule.data.MaskReader;
import lobule.data.PatchSampler;
import lobule.data.PatchShape;
import lobule.data.Phantom;
import lobule.file.InputException;
import lobule.image.Grid;
import lobule.image.Mask;
import lobule.image.NiftiReader;
import lobule.image.Orientation;
import lobule.image.Spacing;

/** The volumes of a run, in memory, and which patch of them belongs to which mini-batch. */
public final class TrainingData implements AutoCloseable {
    /** Sets the stream of evaluation patches apart from that of training. */
    private static final long EVALUATION_STREAM = 0x6576616cL << 32;

    private record Source(LabelledVolume volume, PatchSampler sampler) {}

    private final Arena arena = Arena.ofShared();
    private final TrainConfig config;
    private final Optional<Dataset> dataset;
    private final Optional<MaskReader> masks;
    private final List<String> withoutForeground = new ArrayList<>();
    private final List<String> leftOut;
    private final CaseNotes caseNotes;
    private final Spacing spacing;
    private final List<Source> training;
    private final List<Sample> evaluation;

    private TrainingData(TrainConfig config, Optional<Dataset> dataset, Optional<List<String>> cases) {
        this.config = config;
        this.dataset = dataset;
        this.masks = dataset.map(Dataset::maskReader);
        this.caseNotes = new CaseNotes(config.data().intensityWindow());
        try {
            this.training = trainingSources(cases.orElseGet(this::trainingNames));
            this.leftOut = cases.isEmpty() ? List.of() : couldBeTrainedOn();
            this.spacing = caseNotes.spacing();
            this.evaluation = config.data().overfit() ? List.of(overfit()) : evaluationSamples();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** @throws InputException where the source is missing, has no such case, or does not fit the network */
    public static TrainingData open(TrainConfig config) {
        return open(config, Optional.empty());
    }

    /** The same for a run that goes on with the cases it began with. */
    static TrainingData open(TrainConfig config, List<String> cases) {
        return open(config, Optional.of(cases));
    }

    private static TrainingData open(TrainConfig config, Optional<List<String>> cases) {
        String source = config.data().source();
        if (source == null) {
            throw new InputException("experiment " + config.experiment() + " needs data: give --data a folder with"
                    + " imagesTr and labelsTr, or " + TrainConfig.PHANTOM + " for a synthetic CT.");
        }
        if (source.equals(TrainConfig.PHANTOM)) {
            requireNoCase(config.data());
            return new TrainingData(config, Optional.empty(), cases);
        }
        Dataset dataset = Dataset.open(Path.of(source), config.data().masks());
        requireClasses(dataset, config.network().classes());
        return new TrainingData(config, Optional.of(dataset), cases);
    }

    private static void requireClasses(Dataset dataset, int expected) {
        if (dataset.classes() != expected) {
            List<LabelClass> organs = dataset.labels().classes().subList(1, dataset.classes());
            String values = organs.stream().flatMap(organ -> organ.values().stream()).map(String::valueOf)
                    .collect(Collectors.joining(","));
            throw new InputException(dataset.folder() + ": has the classes " + String.join(", ",
                    dataset.labels().names()) + " but network.classes is " + expected + ", expected "
                    + dataset.classes() + "; --labels \"" + dataset.labels().text() + "\" sets it"
                    + (organs.size() == 1 ? "." : ", --labels \"" + organs.getFirst().name() + "=" + values
                    + "\" makes them one class."));
        }
    }

    private static void requireNoCase(TrainConfig.Data data) {
        if (data.labels() != null || data.ignoreLabel() != null) {
            throw new InputException("data.source is the phantom, which has the label 1 alone, but "
                    + (data.labels() != null ? "data.labels is " + data.labels()
                    : "data.ignore-label is " + data.ignoreLabel()) + "; name a folder with --data.");
        }
        if (data.trainingCase() != null || data.validationCase() != null) {
            throw new InputException("data.source is the phantom, which has no case "
                    + (data.trainingCase() != null ? data.trainingCase() : data.validationCase())
                    + "; name a folder with --data.");
        }
    }

    private List<String> trainingNames() {
        TrainConfig.Data data = config.data();
        if (dataset.isEmpty()) {
            return List.of(TrainConfig.PHANTOM);
        }
        if (data.trainingCase() != null) {
            return List.of(data.trainingCase());
        }
        List<String> names = dataset.get().names().stream()
                .filter(name -> !name.equals(data.validationCase())).toList();
        if (names.isEmpty()) {
            throw new InputException(data.source() + ": has no case but " + data.validationCase()
                    + ", which data.validation-case holds out.");
        }
        return names;
    }

    /** All cases that have something to learn from, or the first of them where one patch is to be learned. */
    private List<Source> trainingSources(List<String> names) {
        dataset.ifPresent(cases -> names.forEach(cases::find));
        List<Source> sources = new ArrayList<>();
        for (String name : names) {
            source(name).ifPresentOrElse(sources::add, () -> withoutForeground.add(name));
            if (config.data().overfit() && !sources.isEmpty()) {
                return sources;
            }
        }
        if (sources.isEmpty()) {
            throw new InputException(config.data().source() + ": no voxel of the organ in the mask of "
                    + String.join(", ", withoutForeground) + ", so there is nothing to learn from; take another case,"
                    + " or mend the mask" + (config.data().overfit() ? "" : ", or take patches without foreground by"
                    + " --no-only-foreground") + decidedOnMasks() + ".");
        }
        return sources;
    }

    private List<Source> validationSource(String name) {
        dataset.ifPresent(cases -> cases.find(name));
        return List.of(source(name).orElseThrow(() -> new InputException(config.data().source() + ": the case " + name
                + ", which data.validation-case names, has no voxel of the organ in its mask; evaluate on another case,"
                + " or take patches without foreground by --no-only-foreground" + decidedOnMasks() + ".")));
    }

    private String decidedOnMasks() {
        List<String> notes = masks.map(MaskReader::notes).orElse(List.of());
        return notes.isEmpty() ? "" : " (" + String.join("; ", notes) + ")";
    }

    /**
     * A case of the run; empty where it has none of the foreground that is needed. Only what is trained on stays: the
     * intensities as stored, and in the file's order, pass.
     */
    private Optional<Source> source(String name) {
        try (Arena passing = Arena.ofShared()) {
            LabelledVolume stored = load(name, passing);
            if (!teaches(stored)) {
                return Optional.empty();
            }
            caseNotes.look(stored);
            LabelledVolume volume = stored.windowed(config.data().intensityWindow(), arena);
            return Optional.of(new Source(volume, new PatchSampler(volume, shape(), config.data().onlyForeground())));
        }
    }

    private LabelledVolume load(String name, Arena passing) {
        return dataset.map(cases -> cases.load(name, masks.orElseThrow(), passing)).orElseGet(() -> phantom(passing));
    }

    private boolean teaches(LabelledVolume stored) {
        TrainConfig.Data data = config.data();
        return !data.onlyForeground() && !data.overfit() || stored.foregroundVoxels() > 0;
    }

    /** Cases beside those of the run that a new run would take too; one patch has none beside it. */
    private List<String> couldBeTrainedOn() {
        List<String> taken = trainingCases();
        return config.data().overfit() ? List.of() : trainingNames().stream().filter(name -> !taken.contains(name))
                .filter(name -> {
                    try (Arena passing = Arena.ofShared()) {
                        return teaches(load(name, passing));
                    }
                }).toList();
    }

    private LabelledVolume phantom(Arena passing) {
        if (config.network().classes() != 2) {
            throw new InputException("network.classes is " + config.network().classes()
                    + ", expected 2: the phantom has background and liver.");
        }
        return Phantom.ofSeed(config.seed()).generate(passing);
    }

    private Sample overfit() {
        Source source = training.getFirst();
        return new Sample(source.volume, source.sampler.overfit());
    }

    private List<Sample> evaluationSamples() {
        String validation = config.data().validationCase();
        List<Source> sources = validation == null ? training : validationSource(validation);
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < config.data().validationPatches(); i++) {
            samples.add(random(sources, config.seed() ^ EVALUATION_STREAM, i));
        }
        return List.copyOf(samples);
    }

    /** Cases that a new run would be trained on, and this one is not. */
    List<String> leftOut() {
        return leftOut;
    }

    /** What is in the files; reads them once more. */
    DataRecord record() {
        String validation = config.data().validationCase();
        return new DataRecord(training.stream().map(source -> record(source.volume)).toList(),
                validation == null ? List.of() : List.of(record(evaluation.getFirst().volume())));
    }

    private DataRecord.Case record(LabelledVolume volume) {
        Grid grid = volume.grid();
        List<DataRecord.Contents> files = dataset.map(cases -> cases.find(volume.name())).stream()
                .flatMap(found -> Stream.of(found.image(), found.mask())).flatMap(DataRecord.Contents::ofImage)
                .toList();
        return new DataRecord.Case(volume.name(), files, List.of(grid.spacing(0), grid.spacing(1), grid.spacing(2)),
                caseNotes().getOrDefault(volume.name(), List.of()));
    }

    /** The patch of a mini-batch: a function of seed and number alone. Call from one thread. */
    Sample training(long microStep) {
        return config.data().overfit() ? evaluation.getFirst() : random(training, config.seed(), microStep);
    }

    private static Sample random(List<Source> sources, long seed, long index) {
        // SplittableRandom mixes its seed, so that neighbouring numbers do not pick the same case.
        Source source = sources.get(new SplittableRandom(seed + index).nextInt(sources.size()));
        return new Sample(source.volume, source.sampler.random(seed, index));
    }

    /** The patches of every evaluation: the one trained on in an overfit run. */
    public List<Sample> evaluation() {
        return evaluation;
    }

    /** What is doubtful about each case that was loaded, a sentence each. */
    public Map<String, List<String>> caseNotes() {
        return caseNotes.byCase(spacing);
    }

    /** The median of the cases trained on. */
    Spacing spacing() {
        return spacing;
    }

    public PatchShape shape() {
        return config.patchShape();
    }

    /** Names of the cases trained on. */
    public List<String> trainingCases() {
        return training.stream().map(source -> source.volume.name()).toList();
    }

    /** The data set; none behind the phantom. */
    public Optional<Dataset> dataset() {
        return dataset;
    }

    /** Which labels are which class. */
    ClassLabels labels() {
        return dataset.map(Dataset::labels).orElse(ClassLabels.liver(OptionalInt.empty()));
    }

    /** What its user should know of the data before training on them, a sentence each. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>(dataset.map(Dataset::notes).orElse(List.of()));
        notes.addAll(masks.map(MaskReader::notes).orElse(List.of()));
        withoutForeground.forEach(name -> notes.add("the case " + name
                + " is left out: no voxel of the organ is in its mask"
                + (config.data().overfit() ? "" : " (--no-only-foreground takes it)")));
        caseNotes().forEach((name, ofCase) -> ofCase.forEach(note -> notes.add(name + ": " + note)));
        if (evaluation.stream().allMatch(sample -> sample.foregroundShare() == 0)) {
            notes.add("no evaluated patch has foreground: eval_jaccard can only be 1, where none is predicted, or 0");
        }
        return notes;
    }

    /** A mask in canonical orientation on the grid of the case's own file. */
    Mask onOwnGrid(String name, Mask mask, Arena owner) {
        return dataset.map(cases -> Orientation.of(NiftiReader.readGrid(cases.find(name).image()))
                .toOriginal(mask, owner)).orElse(mask);
    }

    /** Gives the volumes back, once nothing trains on them any more. */
    @Override
    public void close() {
        arena.close();
    }
}
