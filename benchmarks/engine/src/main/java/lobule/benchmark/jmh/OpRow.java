package lobule.benchmark.jmh;

import lobule.benchmark.document.Samples;

/**
 * What one op of the step was measured at.
 *
 * @param count                   nodes of the step with the same op and operands
 * @param shape                   of its largest operand
 * @param floatingPointOperations of one run; 0 where it is no convolution
 * @param bytes                   of all operands, each once
 * @param seconds                 of one run, the mean of each iteration
 */
public record OpRow(String node, String op, int count, String shape, long floatingPointOperations, long bytes,
                    Samples seconds) {

    /** Of all nodes like it in one step. */
    public double secondsOfStep() {
        return count * seconds.mean();
    }
}
