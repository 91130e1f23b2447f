package lobule.cli;

import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import lobule.checkpoint.CheckpointException;
import lobule.device.DeviceUnavailableException;
import lobule.device.OutOfDeviceMemoryException;
import lobule.device.TensorTooLargeException;
import lobule.device.cuda.driver.CudaCallException;
import lobule.file.InputException;
import lobule.train.DivergenceException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** How a command that cannot go on ends: one sentence on the error stream, and the exit code. */
final class Failure {
    static final int CHECK_FAILED = 1;
    static final int BAD_INPUT = 2;
    static final int FAULT = 3;

    private Failure() {}

    static int ofArguments(ParameterException e, String[] arguments) {
        CommandLine command = e.getCommandLine();
        sentence(command.getErr(), e.getMessage() + " (see " + command.getCommandSpec().qualifiedName() + " --help)");
        return BAD_INPUT;
    }

    static int ofExecution(Exception e, CommandLine command, boolean debug) {
        boolean input = e instanceof InputException || e instanceof CheckpointException
                || e instanceof DeviceUnavailableException || e instanceof OutOfDeviceMemoryException
                || e instanceof TensorTooLargeException;
        if (e instanceof InvalidPathException path) {
            sentence(command.getErr(), FileArguments.sentence(path));
            return BAD_INPUT;
        }
        boolean failedCheck = e instanceof DivergenceException;
        // its message names the call, its values and what can be done
        boolean tellsAll = input || failedCheck || e instanceof CudaCallException;
        if (tellsAll) {
            sentence(command.getErr(), e.getMessage());
        } else {
            sentence(command.getErr(), "a fault of the program, please report it: " + e
                    + (debug ? "" : " (--debug shows where)"));
        }
        if (debug) {
            e.printStackTrace(command.getErr());
        }
        return input ? BAD_INPUT : failedCheck ? CHECK_FAILED : FAULT;
    }

    /** What a JVM throws where its limits are reached; the stack is unwound by then, and everything closed. */
    static int ofError(Error e, CommandLine command, boolean debug) {
        boolean memory = e instanceof OutOfMemoryError;
        sentence(command.getErr(), memory
                ? "what was given needs more memory than the " + (Runtime.getRuntime().maxMemory() >> 20) + " MiB of"
                        + " Java heap or the machine have (" + e.getMessage() + "); give smaller input, or more heap by"
                        + " LOBULE_JAVA_OPTS=-Xmx4g"
                : "a fault of the program, please report it: " + e + (debug ? "" : " (--debug shows where)"));
        if (debug) {
            e.printStackTrace(command.getErr());
        }
        return memory ? BAD_INPUT : FAULT;
    }

    private static void sentence(PrintWriter err, String message) {
        err.println("lobule: " + message);
    }
}
