package lobule.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import lobule.image.InputException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;

/** Puts settings together: options override the settings file, which overrides the preset. */
public final class ConfigLayers {
    private static final YAMLMapper YAML = YAMLMapper.builder(
                    YAMLFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
            .propertyNamingStrategy(PropertyNamingStrategies.KEBAB_CASE)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
            .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
            .build();

    private ConfigLayers() {}

    /**
     * @param file    YAML with any of the settings
     * @param options settings by dotted key, {@code network.base-channels}
     * @throws InputException naming the source, the key, and what was expected
     */
    public static TrainConfig resolve(Optional<Path> file, Map<String, Object> options) {
        ObjectNode fromFile = file.map(ConfigLayers::read).orElseGet(YAML::createObjectNode);
        ObjectNode fromOptions = tree(options);
        ObjectNode given = fromFile.deepCopy();
        merge(given, fromOptions);
        TrainConfig preset = Presets.of(given.path("experiment").asString(Presets.DEFAULT),
                given.path("data").path("overfit").asBoolean(false));
        ObjectNode merged = YAML.valueToTree(preset);
        merge(merged, fromFile);
        if (file.isPresent()) {
            parse(file.get() + ": ", merged);
        }
        merge(merged, fromOptions);
        return parse("", merged);
    }

    /** The settings as YAML that {@link #resolve} reads back to the same. */
    public static String yaml(TrainConfig config) {
        return YAML.writeValueAsString(config);
    }

    private static ObjectNode read(Path file) {
        try {
            JsonNode root = YAML.readTree(Files.readString(file));
            if (root instanceof ObjectNode settings) {
                return settings;
            }
            throw new InputException(file + ": holds no settings, expected lines such as \"steps: 1000\".");
        } catch (JacksonException e) {
            throw new InputException(file + ": is not valid YAML (" + firstLine(e.getOriginalMessage()) + at(e) + ").", e);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read (" + e + ").", e);
        }
    }

    private static String at(JacksonException e) {
        return e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr();
    }

    private static ObjectNode tree(Map<String, Object> options) {
        ObjectNode root = YAML.createObjectNode();
        options.forEach((key, value) -> {
            ObjectNode node = root;
            String[] path = key.split("\\.");
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
            return YAML.treeToValue(tree, TrainConfig.class);
        } catch (UnrecognizedPropertyException e) {
            throw new InputException(source + "unknown key " + path(e) + "; known here are " + e.getKnownPropertyIds()
                    .stream().map(String::valueOf).collect(Collectors.joining(", ")) + ".", e);
        } catch (DatabindException e) {
            if (e.getCause() instanceof InputException refusal) {
                throw new InputException(source + refusal.getMessage(), e);
            }
            throw new InputException(source + path(e) + " cannot be " + tree.at(pointer(e)) + " ("
                    + firstLine(e.getOriginalMessage()) + ").", e);
        }
    }

    private static String path(DatabindException e) {
        return e.getPath().stream().map(reference -> reference.getPropertyName() == null
                ? String.valueOf(reference.getIndex() + 1) : reference.getPropertyName())
                .collect(Collectors.joining("."));
    }

    private static String pointer(DatabindException e) {
        return e.getPath().stream().map(reference -> "/" + (reference.getPropertyName() == null
                ? String.valueOf(reference.getIndex()) : reference.getPropertyName())).collect(Collectors.joining());
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("").replaceAll("\\.$", "");
    }
}
