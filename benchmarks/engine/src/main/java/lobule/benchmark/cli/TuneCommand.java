package lobule.benchmark.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import lobule.benchmark.document.ResultFolder;
import lobule.benchmark.task.Mode;
import lobule.benchmark.task.Task;
import lobule.benchmark.worker.Entrant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Finds the settings with which libtorch is compared: its own, by turns. */
@Command(name = "tune", description = "Runs libtorch with several settings by turns.")
final class TuneCommand implements Callable<Integer> {
    private static final String ACTIVE = "ACTIVE";
    private static final String PASSIVE = "PASSIVE";
    private static final String POLICY = "OMP_WAIT_POLICY";
    /** glibc gives tensors back to the system and faults their pages in again each time, unless told otherwise. */
    private static final Map<String, String> KEEP = Map.of(POLICY, PASSIVE, "MALLOC_MMAP_MAX_", "0",
            "MALLOC_TRIM_THRESHOLD_", "100000000000", "MALLOC_TOP_PAD_", "67108864");

    @Spec
    private CommandSpec spec;

    @Mixin
    private TaskOptions options;

    @Mixin
    private ContestOptions contest;

    private static List<Entrant> settings() {
        return List.of(
                entrant("idle threads sleep", Entrant.LIBTORCH, Map.of(POLICY, PASSIVE)),
                entrant("idle threads spin", Entrant.LIBTORCH, Map.of(POLICY, ACTIVE)),
                entrant("memory kept by malloc", Entrant.LIBTORCH, KEEP),
                entrant("huge pages", Entrant.LIBTORCH, Map.of(POLICY, PASSIVE, "THP_MEM_ALLOC_ENABLE", "1")),
                entrant("rows of NCDHW", Entrant.LIBTORCH_ROWS, Map.of(POLICY, PASSIVE)));
    }

    private static Entrant entrant(String label, String contender, Map<String, String> environment) {
        return new Entrant(label, contender, environment);
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Task task = options.task(Mode.TRAINING, TaskOptions.EXPERIMENT);
        try (ResultFolder folder = options.results("tune")) {
            contest.run(task, _ -> settings(), folder, out);
        }
        return 0;
    }
}
