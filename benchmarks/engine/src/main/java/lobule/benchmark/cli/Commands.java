package lobule.benchmark.cli;

import java.io.PrintWriter;
import lobule.benchmark.document.Conditions;
import lobule.benchmark.jmh.CheckException;
import lobule.checkpoint.CheckpointException;
import lobule.file.InputException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** How all benchmark commands are run and fail. */
final class Commands {
    static final int CHECK_FAILED = 1;
    private static final int BAD_INPUT = 2;
    private static final int FAULT = 3;

    private Commands() {}

    /** Runs a command and ends the JVM with its exit code: 0 done, 1 a check failed, 2 bad input, 3 a fault. */
    static void run(CommandLine command, String... arguments) {
        command.getSubcommands().values().forEach(benchmark -> benchmark.getCommandSpec()
                .mixinStandardHelpOptions(true).version("Lobule " + Conditions.currentVersion()));
        System.exit(command.setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((e, _) -> refuse(e))
                .setExecutionExceptionHandler((e, failed, _) -> report(e, failed.getErr()))
                .execute(arguments));
    }

    private static int refuse(ParameterException e) {
        CommandLine command = e.getCommandLine();
        command.getErr().println("lobule bench: " + e.getMessage() + " (see ./"
                + command.getCommandSpec().qualifiedName() + " --help)");
        return BAD_INPUT;
    }

    private static int report(Exception e, PrintWriter err) {
        boolean input = e instanceof InputException || e instanceof CheckpointException;
        if (input || e instanceof CheckException) {
            err.println("lobule bench: " + e.getMessage());
            return input ? BAD_INPUT : CHECK_FAILED;
        }
        e.printStackTrace(err);
        return FAULT;
    }
}
