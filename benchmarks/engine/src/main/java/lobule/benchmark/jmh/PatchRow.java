package lobule.benchmark.jmh;

import lobule.benchmark.document.Samples;

/** What loading a patch was measured at. */
public record PatchRow(String experiment, String patch, Samples seconds) {}
