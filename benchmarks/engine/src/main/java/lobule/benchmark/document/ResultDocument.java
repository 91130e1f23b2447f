package lobule.benchmark.document;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lobule.file.AtomicFile;
import lobule.file.DocumentFormat;
import lobule.file.InputException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * All figures of one run of a benchmark, as JSON; components are the keys, there in snake case.
 *
 * @param schema    names these components and their meaning; another one is another schema
 * @param benchmark its name on the command line
 * @param entries   what runs are compared by
 * @param figures   all there is, in the benchmark's own terms
 */
public record ResultDocument(String schema, String benchmark, Conditions conditions, List<Entry> entries,
                             Object figures) {
    public static final String SCHEMA = "lobule-bench-1";
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    public ResultDocument {
        entries = List.copyOf(entries);
    }

    /**
     * Reads a file of {@link #write}.
     *
     * @throws InputException where it is another document, or one of another schema
     */
    public static ResultDocument read(Path file) {
        try {
            JsonNode root = DocumentFormat.JSON.tree(file);
            String schema = root.path("schema").asString("");
            if (!schema.equals(SCHEMA)) {
                throw new InputException(file + ": " + (schema.isEmpty() ? "has no schema"
                        : "has the schema \"" + schema + "\"") + ", expected " + SCHEMA
                        + ": only results written by the same form of this program can be compared.");
            }
            return JSON.treeToValue(root, ResultDocument.class);
        } catch (JacksonException e) {
            throw new InputException(file + ": is no result of a benchmark ("
                    + e.getOriginalMessage().lines().findFirst().orElse("") + ").", e);
        }
    }

    /** Writes the document whole or not at all. */
    void write(Path file) {
        AtomicFile.write(file, stream -> stream.write(JSON.writeValueAsBytes(this)));
    }

    /** The samples by what they are of, in order. */
    public Map<Entry.Key, Samples> samples() {
        Map<Entry.Key, Samples> samples = new LinkedHashMap<>();
        for (Entry entry : entries) {
            if (samples.put(entry.key(), entry.samples()) != null) {
                throw new InputException("the results have two entries " + entry.key() + ", expected one of each.");
            }
        }
        return samples;
    }
}
