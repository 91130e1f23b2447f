package lobule.benchmark.peers;

import java.util.concurrent.Callable;
import lobule.benchmark.cli.Commands;
import lobule.benchmark.cli.TaskOptions;
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
        return PeerCheck.run(checks.fixtures(), options.task(Mode.TRAINING, TaskOptions.EXPERIMENT),
                spec.commandLine().getOut()) ? 0 : Commands.CHECK_FAILED;
    }
}
