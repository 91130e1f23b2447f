package lobule.device.reference;

import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;

/**
 * dx(n, ci, d, h, w) = sum over co, kd, kh, kw of
 * weight(ci, co, kd, kh, kw) dy(n, Cs + co, d kD + kd, h kH + kh, w kW + kw).
 */
final class ReferenceTransposedConvolutionBackwardData implements Launch {
    private final HostTensor dy;
    private final HostTensor weight;
    private final HostTensor dx;
    /** Channels of dy before those that count. */
    private final long firstChannel;
    private final Parallel parallel;

    ReferenceTransposedConvolutionBackwardData(Operands operands, Parallel parallel) {
        this.dy = HostTensor.of(operands.input(0));
        this.weight = HostTensor.of(operands.input(1));
        this.dx = HostTensor.of(operands.output(0));
        this.firstChannel = dy.extents().c() - weight.extents().c();
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        parallel.forEach(dx.extents().rows(), row -> row(dx.extents().row(row)));
    }

    /** One row of dx in all channels. */
    private void row(Extents.Row at) {
        double[][] sums = new double[dx.extents().channels()][dx.extents().width()];
        float[] row = new float[dy.extents().width()];
        Extents kernel = weight.extents();
        for (long co = 0; co < kernel.c(); co++) {
            for (long kd = 0; kd < kernel.d(); kd++) {
                for (long kh = 0; kh < kernel.h(); kh++) {
                    dy.readRow(at.n(), firstChannel + co, at.d() * kernel.d() + kd, at.h() * kernel.h() + kh,
                            row);
                    accumulate(sums, row, co, kd, kh);
                }
            }
        }
        for (int ci = 0; ci < sums.length; ci++) {
            dx.writeRow(at.n(), ci, at.d(), at.h(), sums[ci]);
        }
    }

    private void accumulate(double[][] sums, float[] row, long co, long kd, long kh) {
        int stride = weight.extents().width();
        float[] column = new float[dx.extents().width()];
        for (int kw = 0; kw < stride; kw++) {
            Rows.gather(row, kw, stride, column);
            for (int ci = 0; ci < sums.length; ci++) {
                Rows.addScaled(sums[ci], 0, weight.get(ci, co, kd, kh, kw), column, 0, column.length);
            }
        }
    }
}
