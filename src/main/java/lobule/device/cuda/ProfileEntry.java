package lobule.device.cuda;

/**
 * The last run of one launch.
 *
 * @param op           what was computed
 * @param shape        of its first input
 * @param milliseconds between start and end on the device
 * @param bytes        of all its operands: the least that moves to and from memory
 * @param flop         multiplications and additions of its products; 0 where memory, not arithmetic, sets the pace
 */
public record ProfileEntry(String op, String shape, double milliseconds, long bytes, double flop) {}
