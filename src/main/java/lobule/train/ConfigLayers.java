package lobule.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import lobule.file.InputException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.exc.MismatchedInputException;
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
            requireKnown(file.get() + ": ", "", fromFile, YAML.valueToTree(preset));
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
            throw new InputException(file + ": is not valid YAML (" + firstLine(e.getOriginalMessage()) + at(e)
                    + ").", e);
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

    /** Keys that the preset does not have, in objects and in the objects of lists. */
    private static void requireKnown(String source, String path, JsonNode given, JsonNode known) {
        if (given.isArray() && known.isArray() && !known.isEmpty()) {
            given.forEach(element -> requireKnown(source, path, element, known.get(0)));
        } else if (given.isObject() && known.isObject()) {
            for (Map.Entry<String, JsonNode> entry : given.properties()) {
                String key = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
                if (!known.has(entry.getKey())) {
                    throw new InputException(source + "unknown key " + key + "; known here are "
                            + String.join(", ", known.propertyNames()) + ".");
                }
                requireKnown(source, key, entry.getValue(), known.get(entry.getKey()));
            }
        }
    }

    private static TrainConfig parse(String source, ObjectNode tree) {
        try {
            return YAML.treeToValue(tree, TrainConfig.class);
        } catch (DatabindException e) {
            if (e.getCause() instanceof InputException refusal) {
                throw new InputException(source + refusal.getMessage(), e);
            }
            throw new InputException(source + path(e, ".", 1) + " is " + tree.at("/" + path(e, "/", 0)) + ", expected "
                    + expected(e) + ".", e);
        }
    }

    private static String expected(DatabindException e) {
        if (!(e instanceof MismatchedInputException mismatch) || mismatch.getTargetType() == null) {
            return "another value (" + firstLine(e.getOriginalMessage()) + ")";
        }
        Class<?> type = mismatch.getTargetType();
        if (type == int.class || type == long.class) {
            return "a whole number";
        } else if (type == double.class || type == Double.class) {
            return "a number";
        } else if (type == boolean.class) {
            return "true or false";
        } else if (type == String.class) {
            return "a text";
        }
        return List.class.isAssignableFrom(type) ? "a list" : "keys of its own with their values";
    }

    private static String path(DatabindException e, String separator, int firstIndex) {
        return e.getPath().stream().map(reference -> reference.getPropertyName() == null
                ? String.valueOf(reference.getIndex() + firstIndex) : reference.getPropertyName())
                .collect(Collectors.joining(separator));
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("").replaceAll("\\.$", "");
    }
}
