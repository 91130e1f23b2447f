package lobule.benchmark.cli;

import java.io.PrintWriter;
import lobule.benchmark.jmh.CheckException;
import lobule.file.InputException;
import picocli.CommandLine;

/** How all benchmark commands are run and fail. */
public final class Commands {
    public static final int CHECK_FAILED = 1;
    private static final int BAD_INPUT = 2;
    private static final int FAULT = 3;

    private Commands() {}

    /** Runs a command and ends the JVM with its exit code: 0 done, 1 a check failed, 2 bad input, 3 a fault. */
    public static void run(CommandLine command, String... arguments) {
        command.getSubcommands().values().forEach(
                benchmark -> benchmark.getCommandSpec().mixinStandardHelpOptions(true));
        System.exit(command.setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, failed, _) -> report(e, failed.getErr()))
                .execute(arguments));
    }

    private static int report(Exception e, PrintWriter err) {
        if (e instanceof InputException || e instanceof CheckException) {
            err.println("lobule bench: " + e.getMessage());
            return e instanceof InputException ? BAD_INPUT : CHECK_FAILED;
        }
        e.printStackTrace(err);
        return FAULT;
    }
}
