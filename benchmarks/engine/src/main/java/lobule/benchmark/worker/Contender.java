package lobule.benchmark.worker;

import java.lang.foreign.MemorySegment;
import java.util.Map;

/** One library with one task prepared, in a process that does nothing else. */
public interface Contender extends AutoCloseable {

    /** Library, version and the settings that were found fastest, in one line. */
    String description();

    /** Runs one step to its end. */
    void step();

    /** Of the last training step. */
    double loss();

    /**
     * Copies what came of the last step: {@code logits}, or in training {@code NAME.gradient} of a parameter.
     *
     * @param destination row-major in the logical shape, native floats, exactly its bytes
     */
    void read(String name, MemorySegment destination);

    /** Bytes planned and taken, by region, where the library says. */
    default Map<String, Long> memory() {
        return Map.of();
    }

    @Override
    void close();
}
