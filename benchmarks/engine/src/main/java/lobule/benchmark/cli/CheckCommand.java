package lobule.benchmark.cli;

import java.util.concurrent.Callable;
import lobule.benchmark.contest.PeerCheck;
import lobule.benchmark.task.Mode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows that all libraries compute the same network, without timing them. */
@Command(name = "check", description = "Compares the steps of Lobule and its peers with Lobule's reference device and"
        + " with recorded steps.")
final class CheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TaskOptions options;

    @Mixin
    private CheckOptions checks;

    @Override
    public Integer call() {
        PeerCheck check = checks.check(options.task(Mode.TRAINING, TaskOptions.EXPERIMENT));
        return check.run(spec.commandLine().getOut()) ? 0 : Commands.CHECK_FAILED;
    }
}
