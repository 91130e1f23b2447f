package lobule.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;

/**
 * What a command ended with and printed, run through the program's own entry in this JVM.
 *
 * @param code its exit code
 */
record CommandRun(int code, String out, String err) {

    static CommandRun of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = execute(out, err, arguments);
        return new CommandRun(code, out.toString(), err.toString());
    }

    /** Exit code of a command that prints to writers of the caller's. Of an option given twice the last counts. */
    static int execute(Writer out, Writer err, String... arguments) {
        return Lobule.commandLine(Devices.installed()).setOverwrittenOptionsAllowed(true)
                .setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(arguments);
    }
}
