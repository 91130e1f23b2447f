package lobule.benchmark.jmh;

/** What loading a patch was measured at. */
public record PatchRow(String experiment, String patch, double seconds, double error) {}
