package lobule.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lobule.device.cuda.options.AlgorithmChoice;
import lobule.device.cuda.options.AlgorithmChoices;
import lobule.file.Document;
import lobule.file.DocumentFormat;
import lobule.file.InputException;
import lobule.file.JsonFile;

/**
 * The algorithms that a GPU computes a run's convolutions with, in the run's folder: a resumed run takes the same,
 * since others round differently and want other workspaces.
 */
public final class AlgorithmRecord {
    /** Far more than a card has, and sums of it stay far below 2^63. */
    private static final long MOST_WORKSPACE = 1L << 50;

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
            return Optional.of(choices(DocumentFormat.JSON.read(file)));
        } catch (InputException e) {
            throw new InputException(e.getMessage().replaceAll("\\.$", "")
                    + "; remove the file to have the algorithms chosen anew.", e);
        }
    }

    private static AlgorithmChoices choices(Document record) {
        record.requireOnly(List.of("device", "choices"));
        Map<String, AlgorithmChoice> choices = new LinkedHashMap<>();
        record.at("choices").entries().forEach((convolution, choice) -> choices.put(convolution, choice(choice)));
        return new AlgorithmChoices(record.at("device").text(), choices);
    }

    private static AlgorithmChoice choice(Document choice) {
        choice.requireOnly(List.of("library", "algorithm", "math_type", "workspace_bytes", "deterministic"));
        String library = choice.at("library").text();
        int algorithm = choice.at("algorithm").wholeNumber(0, Integer.MAX_VALUE);
        int mathType = choice.at("math_type").wholeNumber(0, Integer.MAX_VALUE);
        long workspace = choice.at("workspace_bytes").wholeNumber(0L, MOST_WORKSPACE);
        boolean deterministic = choice.at("deterministic").flag();
        try {
            return new AlgorithmChoice(library, algorithm, mathType, workspace, deterministic);
        } catch (IllegalArgumentException e) {
            throw choice.at("library").refused("one that is known: " + e.getMessage());
        }
    }

    /** Writes the record whole or not at all. */
    static void write(RunFolder folder, AlgorithmChoices choices) {
        JsonFile.write(folder.algorithms(), choices);
    }
}
