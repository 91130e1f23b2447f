package lobule.benchmark.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Benchmarks of Lobule by itself. */
@Command(name = "lobule bench", description = "Measures Lobule's memory and throughput.",
        subcommands = {MemoryCommand.class, ThroughputCommand.class, SmokeCommand.class})
public final class EngineBenchmarks implements Runnable {
    @Spec
    private CommandSpec spec;

    private EngineBenchmarks() {}

    public static void main(String[] arguments) {
        Commands.run(new CommandLine(new EngineBenchmarks()), arguments);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no benchmark given, expected one of "
                + spec.subcommands().keySet());
    }
}
