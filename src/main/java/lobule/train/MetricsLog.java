package lobule.train;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lobule.file.AtomicFile;
import lobule.file.InputException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The file with one JSON object a step. Every line is on its way to disk before the next step begins. */
public final class MetricsLog implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path file;
    private final BufferedWriter writer;

    private MetricsLog(Path file) {
        this.file = file;
        try {
            this.writer = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    /**
     * Opens a log to append to, without the lines after a step: what a run did after its last checkpoint it will do
     * again.
     *
     * @param lastStep of the checkpoint; 0 for a new run
     * @throws InputException where the file is damaged or cannot be written to
     */
    static MetricsLog open(Path file, long lastStep) {
        if (Files.exists(file)) {
            List<StepMetrics> kept = read(file).stream().filter(metrics -> metrics.step() <= lastStep).toList();
            AtomicFile.write(file, out -> {
                for (StepMetrics metrics : kept) {
                    out.write(line(metrics).getBytes(StandardCharsets.UTF_8));
                }
            });
        }
        return new MetricsLog(file);
    }

    void append(StepMetrics metrics) {
        try {
            writer.write(line(metrics));
            writer.flush();
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }

    private static String line(StepMetrics metrics) {
        ObjectNode node = JSON.createObjectNode()
                .put("step", metrics.step())
                .put("loss", metrics.loss())
                .put("jaccard", metrics.jaccard())
                .put("dice", metrics.dice())
                .put("seconds", metrics.seconds())
                .put("learning_rate", metrics.learningRate())
                .put("r_max", metrics.rMax())
                .put("d_max", metrics.dMax())
                .put("gradient_norm", metrics.gradientNorm());
        metrics.evaluation().ifPresent(scores -> node
                .put("eval_loss", scores.loss())
                .put("eval_jaccard", scores.jaccard())
                .put("eval_dice", scores.dice())
                .put("eval_mean_largest_probability", scores.meanLargestProbability()));
        return node + "\n";
    }

    /**
     * All steps of a log. A last line that was cut off by a crash is left out.
     *
     * @throws InputException where another line is damaged
     */
    public static List<StepMetrics> read(Path file) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read (" + e + ").", e);
        }
        List<StepMetrics> steps = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            try {
                steps.add(parse(JSON.readTree(lines.get(i))));
            } catch (JacksonException e) {
                if (i < lines.size() - 1) {
                    throw new InputException(file + ": line " + (i + 1) + " is not the JSON object of a step;"
                            + " remove it.", e);
                }
            }
        }
        return steps;
    }

    private static StepMetrics parse(JsonNode node) {
        Optional<Scores> evaluation = node.has("eval_loss")
                ? Optional.of(new Scores(number(node, "eval_loss"), number(node, "eval_jaccard"),
                        number(node, "eval_dice"), number(node, "eval_mean_largest_probability")))
                : Optional.empty();
        return new StepMetrics(node.required("step").longValue(), number(node, "loss"), number(node, "jaccard"),
                number(node, "dice"), number(node, "seconds"), number(node, "learning_rate"), number(node, "r_max"),
                number(node, "d_max"), number(node, "gradient_norm"), evaluation);
    }

    private static double number(JsonNode node, String key) {
        return node.required(key).doubleValue();
    }

    private static InputException cannotWrite(Path file, IOException e) {
        return new InputException(file + ": cannot be written (" + e + ").", e);
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            throw cannotWrite(file, e);
        }
    }
}
