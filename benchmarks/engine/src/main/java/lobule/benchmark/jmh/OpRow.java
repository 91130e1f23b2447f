package lobule.benchmark.jmh;

/**
 * What one op of the step was measured at.
 *
 * @param count                   nodes of the step with the same op and operands
 * @param shape                   of its largest operand
 * @param floatingPointOperations of one run; 0 where it is no convolution
 * @param bytes                   of all operands, each once
 * @param seconds                 of one run, on average
 * @param error                   half width of the 99.9 % interval of the seconds; NaN with too few iterations
 */
public record OpRow(String node, String op, int count, String shape, long floatingPointOperations, long bytes,
                    double seconds, double error) {

    /** Of all nodes like it in one step. */
    public double secondsOfStep() {
        return count * seconds;
    }
}
