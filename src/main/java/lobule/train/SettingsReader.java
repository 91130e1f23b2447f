package lobule.train;

import java.util.List;
import java.util.Optional;
import lobule.file.Document;
import lobule.file.InputException;

/** Settings from a document that has every key; what the keys hold is checked by {@link TrainConfig}. */
final class SettingsReader {
    private static final List<String> KEYS = List.of("experiment", "data", "patch", "network", "loss", "optimizer",
            "learning-rate", "accumulate", "renorm", "steps", "seed", "evaluate-every", "checkpoint-every", "recompute",
            "device", "threads", "cuda", "out");

    private SettingsReader() {}

    /** @throws InputException naming the key, and what was expected */
    static TrainConfig read(Document settings) {
        settings.requireOnly(KEYS);
        return new TrainConfig(settings.at("experiment").text(), data(settings.at("data")),
                settings.at("patch").text(), network(settings.at("network")), objective(settings.at("loss")),
                optimizer(settings.at("optimizer")),
                settings.at("learning-rate").list().stream().map(SettingsReader::stage).toList(),
                integer(settings.at("accumulate")), renorm(settings.at("renorm")), whole(settings.at("steps")),
                whole(settings.at("seed")), whole(settings.at("evaluate-every")),
                whole(settings.at("checkpoint-every")), settings.at("recompute").text(), settings.at("device").text(),
                integer(settings.at("threads")), cuda(settings.at("cuda")), path(settings.at("out")));
    }

    private static TrainConfig.Data data(Document data) {
        data.requireOnly(List.of("source", "training-case", "validation-case", "overfit", "only-foreground",
                "validation-patches", "window", "labels", "ignore-label", "mask-grid"));
        return new TrainConfig.Data(path(data.at("source")), text(data.at("training-case")),
                text(data.at("validation-case")), data.at("overfit").flag(), data.at("only-foreground").flag(),
                integer(data.at("validation-patches")), numbers(data.at("window")),
                text(data.at("labels")), data.at("ignore-label").optional().map(SettingsReader::integer).orElse(null),
                data.at("mask-grid").text());
    }

    private static TrainConfig.Network network(Document network) {
        network.requireOnly(List.of("rank", "in-channels", "classes", "base-channels", "dropout"));
        return new TrainConfig.Network(integer(network.at("rank")), integer(network.at("in-channels")),
                integer(network.at("classes")), integer(network.at("base-channels")), network.at("dropout").number());
    }

    private static TrainConfig.Objective objective(Document loss) {
        loss.requireOnly(List.of("name", "class-weights"));
        return new TrainConfig.Objective(loss.at("name").text(), numbers(loss.at("class-weights")));
    }

    private static TrainConfig.Optimizer optimizer(Document optimizer) {
        optimizer.requireOnly(List.of("name", "momentum", "clip-norm"));
        return new TrainConfig.Optimizer(optimizer.at("name").text(), optimizer.at("momentum").number(),
                optimizer.at("clip-norm").optional().map(Document::number).orElse(null));
    }

    private static LearningRate.Stage stage(Document stage) {
        stage.requireOnly(List.of("step", "rate"));
        return new LearningRate.Stage(whole(stage.at("step")), stage.at("rate").number());
    }

    private static TrainConfig.Renorm renorm(Document renorm) {
        renorm.requireOnly(List.of("schedule", "scale"));
        return new TrainConfig.Renorm(renorm.at("schedule").text(), renorm.at("scale").number());
    }

    private static CudaSettings cuda(Document cuda) {
        cuda.requireOnly(List.of("math", "deterministic", "workspace", "cudnn"));
        return new CudaSettings(cuda.at("math").text(), cuda.at("deterministic").flag(),
                cuda.at("workspace").optional().map(SettingsReader::integer).orElse(null),
                cuda.at("cudnn").list().stream().map(Document::text).toList());
    }

    private static String text(Document value) {
        return value.optional().map(Document::text).orElse(null);
    }

    private static String path(Document value) {
        Optional<Document> given = value.optional();
        given.ifPresent(Document::path);
        return given.map(Document::text).orElse(null);
    }

    private static List<Double> numbers(Document values) {
        return values.list().stream().map(Document::number).toList();
    }

    private static int integer(Document value) {
        return value.wholeNumber(Integer.MIN_VALUE, Integer.MAX_VALUE);
    }

    private static long whole(Document value) {
        return value.wholeNumber(Long.MIN_VALUE, Long.MAX_VALUE);
    }
}
