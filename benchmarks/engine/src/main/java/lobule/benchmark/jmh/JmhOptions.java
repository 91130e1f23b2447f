package lobule.benchmark.jmh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import lobule.file.InputException;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.profile.ProfilerException;
import org.openjdk.jmh.profile.ProfilerFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.ProfilerConfig;
import org.openjdk.jmh.runner.options.TimeValue;

/** JMH's own options, which go before those of the benchmark, as far as they leave the figures what they are. */
public final class JmhOptions {
    private static final String GC = "gc";

    private final CommandLineOptions given;

    private JmhOptions(CommandLineOptions given) {
        this.given = given;
    }

    /**
     * Reads them as JMH does.
     *
     * @throws InputException where JMH refuses one, or where it would change what is measured
     */
    public static JmhOptions of(List<String> arguments) {
        try {
            JmhOptions options = new JmhOptions(new CommandLineOptions(arguments.toArray(String[]::new)));
            options.requireFixed(arguments);
            for (ProfilerConfig profiler : options.given.getProfilers()) {
                ProfilerFactory.getProfilerOrException(profiler);
            }
            return options;
        } catch (CommandLineOptionException | ProfilerException e) {
            throw new InputException("JMH refuses " + String.join(" ", arguments) + " ("
                    + e.getMessage().strip().lines().findFirst().orElse("") + "); -- -h lists its options, -- -lprof"
                    + " its profilers.", e);
        }
    }

    private void requireFixed(List<String> arguments) {
        refuse(!given.getIncludes().isEmpty() || !given.getExcludes().isEmpty(), "a selection of benchmarks",
                "--only, --experiment and --node select");
        refuse(arguments.stream().anyMatch(argument -> argument.matches("-p(?!rof).*")), "-p",
                "--experiment, --patch, --base-channels, --threads, --recompute and --node set the parameters");
        refuse(!given.getBenchModes().isEmpty() || given.getTimeUnit().hasValue(), "-bm or -tu",
                "the figures are seconds of one run");
        refuse(given.getOperationsPerInvocation().hasValue() || given.getMeasurementBatchSize().hasValue(),
                "-opi or -bs", "the figures are seconds of one run");
        refuse(given.getThreads().hasValue() || given.getThreadGroups().hasValue(), "-t or -tg",
                "--threads sets those of the device");
        refuse(given.getResult().hasValue() || given.getResultFormat().hasValue(), "-rf or -rff",
                "JMH's results lie as JSON in the run's folder");
        refuse(given.shouldFailOnError().hasValue(), "-foe", "a run ends where one fails");
        refuse(given.shouldList() || given.shouldListWithParams() || given.shouldListResultFormats(),
                "-l, -lp or -lrf", "--help lists what can be measured");
    }

    private static void refuse(boolean isGiven, String what, String why) {
        if (isGiven) {
            throw new InputException("JMH's options hold " + what + ", which is fixed here: " + why + ".");
        }
    }

    /** Prints what was asked for instead of a run; false where a run was. */
    public boolean printsHelp() {
        try {
            if (given.shouldHelp()) {
                given.showHelp();
            } else if (given.shouldListProfilers()) {
                given.listProfilers();
            }
            return given.shouldHelp() || given.shouldListProfilers();
        } catch (IOException e) {
            throw new UncheckedIOException("JMH's help cannot be printed", e);
        }
    }

    /** These, and where they say nothing as many iterations, in one fork. */
    ChainedOptionsBuilder builder(int warmUps, int iterations) {
        ChainedOptionsBuilder builder = new OptionsBuilder().parent(given).shouldFailOnError(true);
        if (!given.getForkCount().hasValue()) {
            builder.forks(1);
        }
        if (!given.getWarmupIterations().hasValue()) {
            builder.warmupIterations(warmUps);
        }
        if (!given.getMeasurementIterations().hasValue()) {
            builder.measurementIterations(iterations);
        }
        return builder;
    }

    /** The same with a time for each iteration. */
    ChainedOptionsBuilder builder(int warmUps, int iterations, TimeValue time) {
        ChainedOptionsBuilder builder = builder(warmUps, iterations);
        if (!given.getWarmupTime().hasValue()) {
            builder.warmupTime(time);
        }
        if (!given.getMeasurementTime().hasValue()) {
            builder.measurementTime(time);
        }
        return builder;
    }

    /** Has bytes on the Java heap counted, once. */
    void countAllocations(ChainedOptionsBuilder builder) {
        List<String> profilers = new ArrayList<>();
        given.getProfilers().forEach(profiler -> profilers.add(profiler.getKlass()));
        if (!profilers.contains(GC) && !profilers.contains(GCProfiler.class.getName())) {
            builder.addProfiler(GC);
        }
    }
}
