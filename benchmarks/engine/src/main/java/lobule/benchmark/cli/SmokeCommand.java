package lobule.benchmark.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The benchmarks' own test: all of them, tiny. */
@Command(name = "smoke", description = "Runs the memory and throughput benchmarks at a tiny size, to see that they work"
        + " and that their checks pass.")
final class SmokeCommand implements Callable<Integer> {
    private static final String[][] RUNS = {
        {"memory", "--patch", "4x4x4", "--base-channels", "2", "--steps", "1", "--experiment",
            TaskOptions.EXPERIMENT},
        {"throughput", "--patch", "4x4x4", "--base-channels", "2", "--iterations", "1", "--seconds", "0.05", "--node",
            "encoder.0.conv1,encoder.0.norm1.statistics,decoder.0.conv1.data,loss.0,head.weight.update",
            "--experiment", TaskOptions.EXPERIMENT}};

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        CommandLine benchmarks = spec.parent().commandLine();
        for (String[] run : RUNS) {
            out.println("smoke: " + String.join(" ", run));
            int code = benchmarks.execute(run);
            if (code != 0) {
                return code;
            }
        }
        return 0;
    }
}
