package lobule.device.reference;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import lobule.device.HostBuffer;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;

/** y(n, co, d, h, w) = bias(co) + sum over ci, kd, kh, kw of weight(co, ci, kd, kh, kw) x(n, ci, d+kd, h+kh, w+kw). */
final class ReferenceConvolution implements Launch {
    private final HostTensor x;
    private final HostTensor weight;
    /** Null without bias. */
    private final MemorySegment bias;
    private final HostTensor y;
    private final Parallel parallel;

    ReferenceConvolution(boolean bias, Operands operands, Parallel parallel) {
        this.x = HostTensor.of(operands.input(0));
        this.weight = HostTensor.of(operands.input(1));
        this.bias = bias ? HostBuffer.segment(operands.input(2)) : null;
        this.y = HostTensor.of(operands.output(0));
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        parallel.forEach(y.extents().rows(), row -> row(y.extents().row(row)));
    }

    /** One row of y in all channels, so that each row of x is read once for all of them. */
    private void row(Extents.Row at) {
        double[][] sums = new double[y.extents().channels()][y.extents().width()];
        if (bias != null) {
            for (int co = 0; co < sums.length; co++) {
                Arrays.fill(sums[co], bias.getAtIndex(JAVA_FLOAT, co));
            }
        }
        float[] row = new float[x.extents().width()];
        for (long ci = 0; ci < x.extents().c(); ci++) {
            for (long kd = 0; kd < weight.extents().d(); kd++) {
                for (long kh = 0; kh < weight.extents().h(); kh++) {
                    x.readRow(at.n(), ci, at.d() + kd, at.h() + kh, row);
                    accumulate(sums, row, ci, kd, kh);
                }
            }
        }
        for (int co = 0; co < sums.length; co++) {
            y.writeRow(at.n(), co, at.d(), at.h(), sums[co]);
        }
    }

    private void accumulate(double[][] sums, float[] row, long ci, long kd, long kh) {
        for (int co = 0; co < sums.length; co++) {
            for (int kw = 0; kw < weight.extents().w(); kw++) {
                Rows.addScaled(sums[co], 0, weight.get(co, ci, kd, kh, kw), row, kw, sums[co].length);
            }
        }
    }
}
