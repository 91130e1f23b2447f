package lobule.device.reference;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Operands;
import lobule.op.BatchRenormStatistics;

/** What batch renormalisation does to one channel: y = gamma (xbar r + d) + beta with xbar = (x - mean) / deviation. */
record ChannelNorm(double mean, double deviation, double r, double d, double gamma, double beta) {

    /** Reads channel {@code c} from the operands that forward and backward pass share: x, statistics, gamma, beta. */
    static ChannelNorm of(Operands operands, long c) {
        MemorySegment statistics = HostBuffer.segment(operands.input(1));
        long channels = operands.input(1).spec().shape().size(1);
        return new ChannelNorm(
                statistics.getAtIndex(JAVA_FLOAT, BatchRenormStatistics.MEAN * channels + c),
                statistics.getAtIndex(JAVA_FLOAT, BatchRenormStatistics.DEVIATION * channels + c),
                statistics.getAtIndex(JAVA_FLOAT, BatchRenormStatistics.R * channels + c),
                statistics.getAtIndex(JAVA_FLOAT, BatchRenormStatistics.D * channels + c),
                HostBuffer.segment(operands.input(2)).getAtIndex(JAVA_FLOAT, c),
                HostBuffer.segment(operands.input(3)).getAtIndex(JAVA_FLOAT, c));
    }

    double normalised(double x) {
        return (x - mean) / deviation;
    }

    double output(double x) {
        return gamma * (normalised(x) * r + d) + beta;
    }

    /** max(output, 0) as a tensor would hold it: rounded to float32. */
    float rectified(double x) {
        return (float) Math.max(output(x), 0);
    }
}
