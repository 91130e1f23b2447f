package lobule.firsthour;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import lobule.file.InputException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The program's entry. */
@Command(name = "first-hour", mixinStandardHelpOptions = true, description = "Finds out what there is to know about"
        + " Lobule on a new card: steps with a time limit each, most valuable first. After each step all results so far"
        + " are in DIR/PART.json, and what was printed in DIR/PART.log.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:all that could be run passed", "1:a step failed or ran out of time", "2:bad arguments"})
public final class FirstHour implements Callable<Integer> {
    /** What one command finds out. */
    enum Part { OURS, PEER }

    private static final int FAILED = 1;
    private static final int BAD_INPUT = 2;

    @Spec
    private CommandSpec spec;

    @Option(names = "--part", required = true, description = "ours: Lobule by itself; peer: PyTorch on the same"
            + " network, where Python has it, and Lobule beside it by turns.")
    private Part part;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder of the results (default: ${DEFAULT-VALUE}).")
    private Path out = Path.of("first-hour-results");

    @Option(names = "--limit", paramLabel = "SECONDS", description = "For all steps together (default:"
            + " ${DEFAULT-VALUE}).")
    private long limit = 530;

    @Option(names = "--only", paramLabel = "STEP", split = ",", description = "These steps alone.")
    private List<String> only = List.of();

    @Option(names = "--python", paramLabel = "FILE", description = "peer: a Python that has PyTorch (default: the first"
            + " found).")
    private Path python;

    @Option(names = "--rehearse", description = "Everything as small as it can be, for a try on the simulated GPU.")
    private boolean rehearse;

    @Option(names = "--image", paramLabel = "DIR", required = true, hidden = true)
    private Path image;

    private FirstHour() {}

    /** @param arguments as {@code --help} lists them; the launcher adds the image's folder */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new FirstHour()).setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(FirstHour::refuse).execute(arguments));
    }

    private static int refuse(Exception e, CommandLine command, CommandLine.ParseResult parsed) throws Exception {
        if (e instanceof ParameterException || e instanceof InputException || e instanceof IOException) {
            command.getErr().println("first-hour: " + e.getMessage());
            return BAD_INPUT;
        }
        throw e;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Files.createDirectories(out);
        Path work = Files.createTempDirectory("lobule-first-hour-");
        try {
            return run(work).hasFailures() ? FAILED : 0;
        } finally {
            remove(work);
        }
    }

    private Report run(Path work) throws IOException, InterruptedException {
        Site site = Site.of(image.toAbsolutePath(), work, System.getenv());
        PrintWriter console = spec.commandLine().getOut();
        console.println("CUDA libraries: " + site.libraries().source());
        String name = part.name().toLowerCase(Locale.ROOT);
        Course course = new Course(name, out, work, console,
                part == Part.PEER ? PeerComparison::of : _ -> Map.of());
        List<Step> steps = selected(steps(site));
        Report report = course.run(Report.of(name, site.description(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(), limit, steps), steps);
        PeerComparison.rows(report.steps()).forEach(row -> console.println(row.line()));
        console.println("results: " + out.resolve(name + ".json"));
        return report;
    }

    private List<Step> steps(Site site) throws IOException, InterruptedException {
        Sizes sizes = rehearse ? Sizes.REHEARSAL : Sizes.SEED;
        if (part == Part.OURS) {
            return new OurSteps(site, sizes).all();
        }
        Optional<Path> found = python != null ? Optional.of(python.toAbsolutePath())
                : TorchPython.find(site.environment(), site.work());
        return new PeerSteps(site, sizes, found, !rehearse).all();
    }

    private List<Step> selected(List<Step> steps) {
        List<String> names = steps.stream().map(Step::name).toList();
        if (!names.containsAll(only)) {
            throw new ParameterException(spec.commandLine(), "--only is " + String.join(",", only)
                    + ", expected some of " + String.join(",", names));
        }
        return steps.stream().filter(step -> only.isEmpty() || only.contains(step.name())).toList();
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Collections.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
