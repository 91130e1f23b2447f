package lobule.firsthour;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lobule.file.DocumentFormat;
import lobule.train.MetricsLog;
import lobule.train.StepMetrics;

/**
 * Time of a training step, memory and algorithms, from the folder of a run.
 *
 * @param warmUp steps at the start that do not count
 */
record RunFigures(Path run, int warmUp) implements Figures {
    static final String MEDIAN = "median_step_seconds";

    @Override
    public Map<String, ?> read() {
        List<StepMetrics> steps = MetricsLog.read(run.resolve("metrics.jsonl"));
        List<Double> seconds = steps.stream().map(StepMetrics::seconds).toList();
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put(MEDIAN, Median.of(seconds.subList(Math.min(warmUp, seconds.size() - 1), seconds.size())));
        figures.put("step_seconds", seconds);
        figures.put("losses", steps.stream().map(StepMetrics::loss).toList());
        figures.put("memory", DocumentFormat.JSON.tree(run.resolve("memory.json")));
        figures.put("algorithms", DocumentFormat.JSON.tree(run.resolve("algorithms.json")));
        return figures;
    }
}
