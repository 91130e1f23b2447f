package lobule.benchmark.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** All benchmarks; those beside other libraries need these on the class path. */
@Command(name = "lobule bench", description = "Measures Lobule by itself and beside other libraries.",
        subcommands = {MemoryCommand.class, ThroughputCommand.class, SmokeCommand.class, DiffCommand.class,
            CheckCommand.class, CompareCommand.class, ScalingCommand.class, TuneCommand.class})
public final class Benchmarks implements Runnable {
    @Spec
    private CommandSpec spec;

    private Benchmarks() {}

    public static void main(String[] arguments) {
        Commands.run(new CommandLine(new Benchmarks()), arguments);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no benchmark given, expected one of "
                + spec.subcommands().keySet());
    }
}
