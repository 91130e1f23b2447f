package lobule.cli;

import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program's entry: the commands, and one way for all of them to fail. */
@Command(name = "lobule", description = "Trains volumetric U-Nets where others run out of memory.",
        mixinStandardHelpOptions = true, versionProvider = Version.class, scope = ScopeType.INHERIT,
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:done", "1:a check failed", "2:bad input or arguments", "3:a fault of the program"})
public final class Lobule implements Runnable {
    @Spec
    private CommandSpec spec;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show stack traces of errors.")
    private boolean debug;

    private Lobule() {}

    /** Runs a command and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        System.exit(commandLine(Devices.installed()).execute(arguments));
    }

    static CommandLine commandLine(Devices devices) {
        Lobule lobule = new Lobule();
        return new CommandLine(lobule)
                .addSubcommand("train", new TrainCommand(devices))
                .addSubcommand("predict", new PredictCommand(devices))
                .addSubcommand("plan", new PlanCommand(devices))
                .addSubcommand("verify", new VerifyCommand(devices))
                .addSubcommand("devices", new DevicesCommand(devices))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .registerConverter(Path.class, new FileArguments())
                .setExecutionStrategy(parsed -> execute(parsed, lobule))
                .setParameterExceptionHandler(Failure::ofArguments)
                .setExecutionExceptionHandler((e, command, parsed) -> Failure.ofExecution(e, command, lobule.debug));
    }

    /** picocli hands exceptions to its handler but lets errors pass. */
    private static int execute(ParseResult parsed, Lobule lobule) {
        FileArguments.requireReadable(parsed);
        try {
            return new CommandLine.RunLast().execute(parsed);
        } catch (OutOfMemoryError | StackOverflowError | LinkageError e) {
            return Failure.ofError(e, parsed.commandSpec().commandLine(), lobule.debug);
        }
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given, expected one of "
                + spec.subcommands().keySet());
    }
}
