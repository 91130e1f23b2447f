package lobule.benchmark.cli;

import java.nio.file.Path;
import java.util.List;
import lobule.benchmark.contest.PeerCheck;
import lobule.benchmark.task.Task;
import picocli.CommandLine.Option;

/** Recorded steps to check libraries against, beside Lobule's own. */
final class CheckOptions {
    @Option(names = "--fixture", paramLabel = "FILE", description = "A recorded training step at r = 1 and d = 0 that"
            + " every library must reproduce first.")
    private List<Path> fixtures = List.of();

    /** Refuses what cannot be checked before anything is computed. */
    PeerCheck check(Task task) {
        return PeerCheck.of(fixtures, task);
    }
}
