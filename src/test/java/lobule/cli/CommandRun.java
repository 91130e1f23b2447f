package lobule.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * What a command ended with and printed, run through the program's own entry in this JVM.
 *
 * @param code its exit code
 */
record CommandRun(int code, String out, String err) {

    static CommandRun of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Lobule.commandLine(Devices.installed()).setOverwrittenOptionsAllowed(true)
                .setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)).execute(arguments);
        return new CommandRun(code, out.toString(), err.toString());
    }
}
