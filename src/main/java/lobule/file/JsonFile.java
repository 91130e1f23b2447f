package lobule.file;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Records as JSON for programs: components are the keys, in their order and in snake case. */
public final class JsonFile {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    private JsonFile() {}

    /** The text of a record, or of a list of them. */
    public static String text(Object value) {
        return JSON.writeValueAsString(value);
    }

    /**
     * Writes a record whole or not at all.
     *
     * @throws InputException where the place cannot be written to
     */
    public static void write(Path target, Object value) {
        byte[] json = (text(value) + "\n").getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(target, out -> out.write(json));
    }
}
