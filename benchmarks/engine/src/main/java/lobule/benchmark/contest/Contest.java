package lobule.benchmark.contest;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import lobule.benchmark.document.Samples;
import lobule.benchmark.machine.FmaPeak;
import lobule.benchmark.task.Task;
import lobule.benchmark.worker.Entrant;
import lobule.benchmark.worker.Fingerprint;
import lobule.benchmark.worker.StepTime;
import lobule.benchmark.worker.WorkerProcess;

/**
 * Runs the same task in several libraries by turns, so that whatever else happens on the machine happens to all of
 * them: one step each, then the next round, another one first.
 */
public final class Contest {
    private static final double PEAK_SECONDS = 0.3;

    private final Task task;
    private final PrintWriter out;
    private final Map<WorkerProcess, List<StepTime>> times = new LinkedHashMap<>();
    private final Map<WorkerProcess, Fingerprint> fingerprints = new LinkedHashMap<>();
    private final FmaPeak peak;
    private double fmaPeak;

    private Contest(Task task, PrintWriter out) {
        this.task = task;
        this.out = out;
        this.peak = new FmaPeak(task.threads());
        this.fmaPeak = peak.measure(PEAK_SECONDS); // before there are other libraries' threads, which may spin
    }

    /**
     * @param entrants the one that the others are related to first
     * @param steps    timed ones for each, after one that is not
     * @param out      told of progress
     */
    public static Outcome run(List<Entrant> entrants, Task task, int steps, PrintWriter out) {
        out.println(task);
        out.flush();
        Contest contest = new Contest(task, out);
        List<WorkerProcess> workers = new ArrayList<>();
        try {
            for (Entrant entrant : entrants) {
                workers.add(WorkerProcess.start(entrant, task, Optional.empty()));
            }
            return contest.run(workers, steps);
        } finally {
            workers.forEach(WorkerProcess::close);
        }
    }

    private Outcome run(List<WorkerProcess> workers, int steps) {
        for (WorkerProcess worker : workers) {
            times.put(worker, new ArrayList<>(List.of(worker.step())));
            fingerprints.put(worker, worker.fingerprint());
        }
        List<WorkerProcess> order = new ArrayList<>(workers);
        for (int round = 1; round <= steps; round++) {
            fmaPeak = Math.max(fmaPeak, peak.measure(PEAK_SECONDS));
            order.forEach(worker -> times.get(worker).add(worker.step()));
            report(round, steps, workers);
            Collections.rotate(order, 1);
        }
        List<Result> results = workers.stream().map(this::result).toList();
        return new Outcome(task, task.floatingPointOperations(), fmaPeak, results);
    }

    private void report(int round, int rounds, List<WorkerProcess> workers) {
        StringBuilder line = new StringBuilder("  round " + round + "/" + rounds);
        for (WorkerProcess worker : workers) {
            line.append(String.format(Locale.ROOT, "  %s %.3f s", worker.entrant().label(),
                    times.get(worker).getLast().seconds()));
        }
        out.println(line);
        out.flush();
    }

    private Result result(WorkerProcess worker) {
        List<StepTime> all = times.get(worker);
        List<StepTime> timed = all.subList(1, all.size());
        return new Result(worker.entrant().label(), worker.description(), worker.entrant().settings(),
                new Samples(timed.stream().map(StepTime::seconds).toList()),
                new Samples(timed.stream().map(StepTime::cpuSeconds).toList()),
                all.getFirst().seconds(), all.getLast().peakResident(),
                timed.stream().mapToLong(StepTime::allocatedBytes).min().orElse(0), worker.memory(),
                fingerprints.get(worker));
    }
}
