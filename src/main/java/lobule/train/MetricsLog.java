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
import java.util.Set;
import lobule.file.AtomicFile;
import lobule.file.Document;
import lobule.file.DocumentFormat;
import lobule.file.InputException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The file with one JSON object a step. Every line is on its way to disk before the next step begins. */
public final class MetricsLog implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Set<String> NOT_FINITE = Set.of("NaN", "Infinity", "-Infinity");

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
                steps.add(parse(DocumentFormat.JSON.parse(file + ": line " + (i + 1), lines.get(i))));
            } catch (InputException e) {
                if (i < lines.size() - 1) {
                    throw new InputException(e.getMessage().replaceAll("\\.$", "") + "; remove the line.", e);
                }
            }
            requireRising(file, steps, i + 1);
        }
        return steps;
    }

    /** Steps up to the last checkpoint that a log should have and lacks, in a sentence; empty where it has all. */
    static Optional<String> missing(Path file, long done) {
        List<StepMetrics> steps = Files.exists(file) ? read(file) : List.of();
        long there = steps.stream().filter(metrics -> metrics.step() <= done).count();
        return there == done ? Optional.empty() : Optional.of(file + " has " + there + " of the " + done
                + " steps done: it was cut or emptied, and the curves lack the others");
    }

    private static void requireRising(Path file, List<StepMetrics> steps, int line) {
        int last = steps.size() - 1;
        if (last > 0 && steps.get(last).step() <= steps.get(last - 1).step()) {
            throw new InputException(file + ": line " + line + " is of step " + steps.get(last).step()
                    + " after step " + steps.get(last - 1).step() + ", expected a later one; remove the line.");
        }
    }

    private static StepMetrics parse(Document line) {
        Optional<Scores> evaluation = line.at("eval_loss").optional().map(loss -> new Scores(measured(loss),
                measured(line.at("eval_jaccard")), measured(line.at("eval_dice")),
                measured(line.at("eval_mean_largest_probability"))));
        return new StepMetrics(line.at("step").wholeNumber(1L, Long.MAX_VALUE), measured(line.at("loss")),
                measured(line.at("jaccard")), measured(line.at("dice")), measured(line.at("seconds")),
                measured(line.at("learning_rate")), measured(line.at("r_max")), measured(line.at("d_max")),
                measured(line.at("gradient_norm")), evaluation);
    }

    /** An evaluation can be of values that are not finite, which JSON has as texts. */
    private static double measured(Document value) {
        return value.isText() && NOT_FINITE.contains(value.text()) ? Double.parseDouble(value.text()) : value.number();
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
