package lobule.benchmark.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The benchmarks' own test: all of them, tiny, in a folder that is removed. */
@Command(name = "smoke", description = "Runs the memory and throughput benchmarks at a tiny size and compares their"
        + " results, to see that they work, that their checks pass and that bad options are refused.")
final class SmokeCommand implements Callable<Integer> {
    private static final String TINY = "--patch 4x4x4 --base-channels 2 --experiment " + TaskOptions.EXPERIMENT;
    private static final String ONE_OP = "throughput --only ops --node head --iterations 1 --seconds 0.01 " + TINY;
    private static final List<String> REFUSED = List.of(
            "throughput --node nonsense", "throughput --node head,nonsense", "throughput --only nonsense",
            "throughput --only steps --node head", "throughput --experiment nonsense", "throughput --patch nonsense",
            "throughput --patch 5x5x5", "throughput --patch 4x4 --experiment " + TaskOptions.EXPERIMENT,
            "throughput --threads 0", "throughput --threads 100000", "throughput --base-channels 0",
            "throughput --recompute nonsense", "throughput --iterations 0", "throughput --seconds 0",
            "throughput -- nonsense", "throughput -- -f nonsense", "throughput -- -prof nonsense",
            "throughput -- -bm thrpt", "throughput -- -p node=head", "memory --steps 0", "memory -- -f 2",
            "memory --experiment " + TaskOptions.EXPERIMENT + ",nonsense", "compare --mode nonsense",
            "compare --experiment nonsense", "compare --fixture nonsense", "scaling --patches 28,5",
            "scaling --cores 0", "scaling --channels 8,0", "tune --mode nonsense", "diff nonsense nonsense");

    @Spec
    private CommandSpec spec;

    private final List<String> faults = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        Path folder = Files.createTempDirectory("smoke");
        try {
            for (String refused : REFUSED) {
                expect(2, refused.startsWith("diff") ? refused : into(folder.resolve("refused"), refused));
            }
            require(!Files.exists(folder.resolve("refused")), "a refused run left " + folder.resolve("refused"));
            run(folder);
        } finally {
            remove(folder);
        }
        PrintWriter out = spec.commandLine().getOut();
        faults.forEach(fault -> out.println("smoke: " + fault));
        out.println(faults.isEmpty() ? "smoke: passed" : "smoke: FAILED");
        out.flush();
        return faults.isEmpty() ? 0 : Commands.CHECK_FAILED;
    }

    private void run(Path folder) throws IOException {
        expect(0, into(folder.resolve("memory"), "memory --steps 2 " + TINY));
        expect(0, into(folder.resolve("throughput"), "throughput --iterations 1 --seconds 0.05 --node encoder.0.conv1,"
                + "encoder.0.norm1.statistics,decoder.0.conv1.data,loss.0,head.weight.update " + TINY));
        expect(0, into(folder.resolve("op"), ONE_OP));
        expect(0, into(folder.resolve("op"), ONE_OP + " -- -f 2 -prof gc"));
        List<Path> runs = list(folder.resolve("op"));
        require(runs.size() == 2, "two runs left " + runs);
        Path figures = runs.getFirst().resolve("figures.json");
        Path other = folder.resolve("other.json");
        expect(0, "diff " + runs.getFirst() + " " + runs.getLast());
        expect(0, "diff --limit 0% " + figures + " " + figures);
        expect(2, "diff " + figures + " " + list(folder.resolve("memory")).getFirst());
        expect(2, "diff " + figures + " " + runs.getFirst().resolve("jmh-ops.json"));
        Files.writeString(other, Files.readString(figures).replace("lobule-bench-1", "lobule-bench-0"));
        expect(2, "diff " + figures + " " + other);
        Files.writeString(other, Files.readString(figures).replaceAll("E-\\d+\\b", "E-2"));
        expect(1, "diff --limit 5% " + figures + " " + other);
    }

    /** The command with its results there; what is JMH's stays last. */
    private static String into(Path folder, String command) {
        String place = " --out " + folder;
        return command.contains(" -- ") ? command.replace(" -- ", place + " -- ") : command + place;
    }

    private void expect(int code, String command) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("smoke: " + command);
        out.flush();
        int actual = spec.parent().commandLine().execute(command.split(" "));
        require(actual == code, command + " ended with " + actual + ", expected " + code);
    }

    private void require(boolean holds, String fault) {
        if (!holds) {
            faults.add(fault);
        }
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Collections.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(file + " cannot be removed", e);
                }
            });
        }
    }
}
