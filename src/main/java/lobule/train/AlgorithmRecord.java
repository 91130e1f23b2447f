package lobule.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import lobule.device.cuda.options.AlgorithmChoices;
import lobule.file.AtomicFile;
import lobule.file.InputException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The algorithms that a GPU computes a run's convolutions with, in the run's folder: a resumed run takes the same,
 * since others round differently and want other workspaces.
 */
public final class AlgorithmRecord {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .build();

    private AlgorithmRecord() {}

    /**
     * The record of a run; empty where it has none, having run on another device.
     *
     * @throws InputException where it is damaged
     */
    public static Optional<AlgorithmChoices> read(RunFolder folder) {
        Path file = folder.algorithms();
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(Files.readString(file), AlgorithmChoices.class));
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read (" + e + ").", e);
        } catch (JacksonException e) {
            throw new InputException(file + ": is no record of algorithms ("
                    + e.getOriginalMessage().lines().findFirst().orElse("") + "); remove it to have them chosen anew.",
                    e);
        }
    }

    /** Writes the record whole or not at all. */
    static void write(RunFolder folder, AlgorithmChoices choices) {
        byte[] json = (JSON.writeValueAsString(choices) + "\n").getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(folder.algorithms(), out -> out.write(json));
    }
}
