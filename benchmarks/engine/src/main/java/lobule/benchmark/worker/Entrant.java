package lobule.benchmark.worker;

import java.util.Map;

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
    /** Lobule as its launcher starts it: idle OpenMP threads must not spin against the Java threads. */
    public static final Entrant LOBULE_CPU = lobule(LOBULE);
    public static final Entrant LOBULE_CPU_DIRECT = lobule(LOBULE_DIRECT);

    public Entrant {
        environment = Map.copyOf(environment);
    }

    private static Entrant lobule(String name) {
        return new Entrant(name, name, Map.of("OMP_WAIT_POLICY", "PASSIVE"));
    }
}
