package lobule.benchmark.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lobule.benchmark.cli.Commands;
import lobule.benchmark.task.Mode;
import lobule.benchmark.worker.Entrant;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Benchmarks of Lobule beside other libraries. */
@Command(name = "lobule bench", description = "Measures Lobule beside libtorch and ONNX Runtime.",
        subcommands = {CompareCommand.class, ScalingCommand.class, CheckCommand.class, TuneCommand.class})
final class PeerBenchmarks implements Runnable {
    /** As `tune` found it fastest. */
    static final Entrant LIBTORCH = new Entrant(PeerContenders.LIBTORCH, PeerContenders.LIBTORCH,
            Map.of("OMP_WAIT_POLICY", "PASSIVE"));
    static final Entrant ONNX_RUNTIME = new Entrant(PeerContenders.ONNX_RUNTIME, PeerContenders.ONNX_RUNTIME,
            Map.of());

    @Spec
    private CommandSpec spec;

    public static void main(String[] arguments) {
        Commands.run(new CommandLine(new PeerBenchmarks()), arguments);
    }

    /** All that can run a task, Lobule first, each with the environment it was found fastest in. */
    static List<Entrant> entrants(Mode mode) {
        List<Entrant> entrants = new ArrayList<>(List.of(Entrant.LOBULE_CPU, LIBTORCH));
        if (mode == Mode.FORWARD) {
            entrants.add(ONNX_RUNTIME);
        }
        return entrants;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no benchmark given, expected one of "
                + spec.subcommands().keySet());
    }
}
