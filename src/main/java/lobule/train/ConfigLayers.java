package lobule.train;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lobule.data.ClassDefinition;
import lobule.file.Document;
import lobule.file.DocumentFormat;
import lobule.file.InputException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/** Puts settings together: options override the settings file, which overrides the preset. */
public final class ConfigLayers {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
            .enable(YAMLWriteFeature.MINIMIZE_QUOTES, YAMLWriteFeature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
            .build();

    private static final String HISTORY = "history";

    private ConfigLayers() {}

    /**
     * @param file    YAML with any of the settings
     * @param options settings by dotted key, {@code network.base-channels}
     * @throws InputException naming the source, the key, and what was expected
     */
    public static TrainConfig resolve(Optional<Path> file, Map<String, Object> options) {
        ObjectNode fromFile = file.map(ConfigLayers::read).orElseGet(YAML::createObjectNode);
        String source = file.map(Path::toString).orElse("");
        ObjectNode fromOptions = tree(options);
        addClasses(fromFile);
        addClasses(fromOptions);
        List<Document> layers = List.of(Document.of("", fromOptions), Document.of(source, fromFile));
        TrainConfig preset = Presets.of(
                given("experiment", layers).map(Document::text).orElse(Presets.DEFAULT),
                given("data.overfit", layers).map(Document::flag).orElse(false));
        ObjectNode merged = YAML.valueToTree(preset);
        merge(merged, fromFile);
        if (file.isPresent()) {
            parse(source + ": ", merged);
        }
        merge(merged, fromOptions);
        return parse("", merged).withAbsoluteSource();
    }

    /** What the first layer that has a key holds there. */
    private static Optional<Document> given(String key, List<Document> layers) {
        for (Document layer : layers) {
            Optional<Document> value = Optional.of(layer);
            for (String name : key.split("\\.", -1)) {
                value = value.flatMap(parent -> parent.at(name).optional());
            }
            if (value.isPresent()) {
                return value;
            }
        }
        return Optional.empty();
    }

    /** The number of classes follows from the labels, unless who gives them gives both. */
    private static void addClasses(ObjectNode layer) {
        JsonNode labels = layer.path("data").path("labels");
        if (labels.isString() && layer.path("network").path("classes").isMissingNode()
                && (layer.path("network").isMissingNode() || layer.path("network").isObject())) {
            layer.withObjectProperty("network")
                    .put("classes", ClassDefinition.parse("data.labels", labels.stringValue()).size() + 1);
        }
    }

    /** The settings as YAML that {@link #resolve} reads back to the same. */
    public static String yaml(TrainConfig config) {
        return YAML.writeValueAsString(config);
    }

    /** The same with what they were before, which {@link #resolve} passes over. */
    static String yaml(RunSettings settings) {
        ObjectNode root = YAML.valueToTree(settings.config().withOut(null));
        if (!settings.history().isEmpty()) {
            root.set(HISTORY, YAML.valueToTree(settings.history()));
        }
        return YAML.writeValueAsString(root);
    }

    /** What the settings of a file were before; empty where they hold for all steps. */
    static Optional<Document> history(Path file) {
        return Document.of(file.toString(), DocumentFormat.YAML.tree(file)).at(HISTORY).optional();
    }

    /** Every setting by dotted key, as JSON has it. */
    static Map<String, String> flat(TrainConfig config) {
        Map<String, String> flat = new LinkedHashMap<>();
        flatten("", YAML.valueToTree(config), flat);
        return flat;
    }

    private static void flatten(String key, JsonNode node, Map<String, String> flat) {
        if (node.isObject()) {
            node.properties().forEach(entry -> flatten(key.isEmpty() ? entry.getKey() : key + "." + entry.getKey(),
                    entry.getValue(), flat));
        } else {
            flat.put(key, node.isString() ? node.stringValue() : node.toString());
        }
    }

    private static ObjectNode read(Path file) {
        if (DocumentFormat.YAML.tree(file) instanceof ObjectNode settings) {
            settings.remove(HISTORY);
            return settings;
        }
        throw new InputException(file + ": holds no settings, expected lines such as \"steps: 1000\".");
    }

    private static ObjectNode tree(Map<String, Object> options) {
        ObjectNode root = YAML.createObjectNode();
        options.forEach((key, value) -> {
            ObjectNode node = root;
            String[] path = key.split("\\.", -1);
            for (int i = 0; i < path.length - 1; i++) {
                node = node.withObjectProperty(path[i]);
            }
            node.set(path[path.length - 1], YAML.valueToTree(value));
        });
        return root;
    }

    /** Objects are merged key by key; everything else, lists too, is replaced. */
    private static void merge(ObjectNode into, ObjectNode from) {
        for (Map.Entry<String, JsonNode> entry : from.properties()) {
            if (into.get(entry.getKey()) instanceof ObjectNode inner && entry.getValue() instanceof ObjectNode newer) {
                merge(inner, newer);
            } else {
                into.set(entry.getKey(), entry.getValue().deepCopy());
            }
        }
    }

    private static TrainConfig parse(String source, ObjectNode tree) {
        try {
            return SettingsReader.read(Document.of("", tree));
        } catch (InputException e) {
            throw new InputException(source + e.getMessage(), e);
        }
    }
}
