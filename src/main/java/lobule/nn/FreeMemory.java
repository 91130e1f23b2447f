package lobule.nn;

/**
 * Bytes that were free on a device while a model took its memory. From {@code prepared} to {@code taken} it is the
 * model's regions and arena alone that take.
 *
 * @param opened   before anything was prepared
 * @param prepared once the kernels were, with the code that libraries load and what these keep
 * @param taken    once the model had its memory
 */
public record FreeMemory(long opened, long prepared, long taken) {}
