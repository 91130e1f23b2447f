package lobule.device.cuda.options;

/**
 * What became of recorded choices.
 *
 * @param reused  convolutions computed as recorded
 * @param chosen  convolutions whose algorithm was chosen anew
 * @param reason  why the first of those was; empty where none was, or there was no record
 */
public record AlgorithmReuse(int reused, int chosen, String reason) {}
