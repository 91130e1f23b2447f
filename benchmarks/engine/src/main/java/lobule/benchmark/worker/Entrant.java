package lobule.benchmark.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lobule.benchmark.task.Mode;

/**
 * A library in a comparison.
 *
 * @param label       what tables call it
 * @param contender   the name that {@link Contenders} knows
 * @param environment variables its process is started with, beside those of this one
 */
public record Entrant(String label, String contender, Map<String, String> environment) {
    public static final String LOBULE = "lobule";
    /** Without Winograd's algorithm. */
    public static final String LOBULE_DIRECT = "lobule-direct";
    public static final String LIBTORCH = "libtorch";
    /** In rows of NCDHW: to see what channels-last is worth. */
    public static final String LIBTORCH_ROWS = "libtorch-rows";
    public static final String ONNX_RUNTIME = "onnxruntime";

    /** Lobule as its launcher starts it. */
    public static final Entrant LOBULE_CPU = new Entrant(LOBULE, LOBULE, Map.of());
    public static final Entrant LOBULE_CPU_DIRECT = new Entrant(LOBULE_DIRECT, LOBULE_DIRECT, Map.of());
    /** As {@code tune} found it fastest. */
    private static final Entrant LIBTORCH_TUNED = new Entrant(LIBTORCH, LIBTORCH,
            Map.of("OMP_WAIT_POLICY", "PASSIVE"));

    public Entrant {
        environment = Map.copyOf(environment);
    }

    /** All that can run a task, Lobule first, each with the environment it was found fastest in. */
    public static List<Entrant> all(Mode mode) {
        List<Entrant> entrants = new ArrayList<>(List.of(LOBULE_CPU, LIBTORCH_TUNED));
        if (mode == Mode.FORWARD) {
            entrants.add(new Entrant(ONNX_RUNTIME, ONNX_RUNTIME, Map.of()));
        }
        return entrants;
    }

    /** Such as {@code OMP_WAIT_POLICY=PASSIVE}, in the order of the names. */
    public List<String> settings() {
        return environment.entrySet().stream().map(Map.Entry::toString).sorted().toList();
    }
}
