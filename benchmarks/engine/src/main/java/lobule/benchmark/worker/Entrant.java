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
    /** Lobule as its launcher starts it: idle OpenMP threads must not spin against the Java threads. */
    public static final Entrant LOBULE_CPU = new Entrant(LOBULE, LOBULE, Map.of("OMP_WAIT_POLICY", "PASSIVE"));

    public Entrant {
        environment = Map.copyOf(environment);
    }
}
