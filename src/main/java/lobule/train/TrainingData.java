package lobule.train;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import lobule.data.Dataset;
import lobule.data.LabelledVolume;
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
    private final List<String> leftOut;
    private final CaseNotes caseNotes;
    private final Spacing spacing;
    private final List<Source> training;
    private final List<Sample> evaluation;

    private TrainingData(TrainConfig config, Optional<Dataset> dataset, Optional<List<String>> cases) {
        this.config = config;
        this.dataset = dataset;
        this.caseNotes = new CaseNotes(config.data().intensityWindow());
        try {
            List<String> names = cases.orElseGet(this::trainingNames);
            this.leftOut = cases.isEmpty() ? List.of()
                    : trainingNames().stream().filter(name -> !names.contains(name)).toList();
            this.training = sources(names);
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
        Dataset dataset = Dataset.open(Path.of(source));
        if (dataset.classes() != config.network().classes()) {
            throw new InputException(source + ": has the labels " + dataset.labels() + " but network.classes is "
                    + config.network().classes() + ", expected " + dataset.classes() + ".");
        }
        return new TrainingData(config, Optional.of(dataset), cases);
    }

    private static void requireNoCase(TrainConfig.Data data) {
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
        return data.overfit() ? names.subList(0, 1) : names;
    }

    private List<Source> sources(List<String> names) {
        if (dataset.isPresent()) {
            names.forEach(dataset.get()::find);
        }
        List<Source> sources = new ArrayList<>();
        for (String name : names) {
            LabelledVolume volume = load(name);
            sources.add(new Source(volume, new PatchSampler(volume, shape(), config.data().onlyForeground())));
        }
        return sources;
    }

    /** Only what is trained on stays: the intensities as stored, and in the file's order, pass. */
    private LabelledVolume load(String name) {
        try (Arena passing = Arena.ofShared()) {
            LabelledVolume stored = dataset.map(cases -> cases.load(name, passing)).orElseGet(() -> phantom(passing));
            caseNotes.look(stored);
            return stored.windowed(config.data().intensityWindow(), arena);
        }
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
        List<Source> sources = validation == null ? training : sources(List.of(validation));
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

    /** What its user should know of the data before training on them, a sentence each. */
    public List<String> notes() {
        List<String> notes = new ArrayList<>();
        caseNotes().forEach((name, ofCase) -> ofCase.forEach(note -> notes.add(name + ": " + note)));
        return notes;
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
