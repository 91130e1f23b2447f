package lobule.device.reference;

import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;

/**
 * dx(n, ci, d, h, w) = sum over co, kd, kh, kw of weight(co, ci, kd, kh, kw) dy(n, co, d-kd, h-kh, w-kw), where dy is 0
 * outside its extents.
 */
final class ReferenceConvolutionBackwardData implements Launch {
    private final HostTensor dy;
    private final HostTensor weight;
    private final HostTensor dx;
    private final Parallel parallel;

    ReferenceConvolutionBackwardData(Operands operands, Parallel parallel) {
        this.dy = HostTensor.of(operands.input(0));
        this.weight = HostTensor.of(operands.input(1));
        this.dx = HostTensor.of(operands.output(0));
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
        for (long co = 0; co < dy.extents().c(); co++) {
            for (long kd = 0; kd < weight.extents().d(); kd++) {
                for (long kh = 0; kh < weight.extents().h(); kh++) {
                    if (inside(at.d() - kd, dy.extents().d()) && inside(at.h() - kh, dy.extents().h())) {
                        dy.readRow(at.n(), co, at.d() - kd, at.h() - kh, row);
                        accumulate(sums, row, co, kd, kh);
                    }
                }
            }
        }
        for (int ci = 0; ci < sums.length; ci++) {
            dx.writeRow(at.n(), ci, at.d(), at.h(), sums[ci]);
        }
    }

    private static boolean inside(long index, long size) {
        return index >= 0 && index < size;
    }

    private void accumulate(double[][] sums, float[] row, long co, long kd, long kh) {
        for (int ci = 0; ci < sums.length; ci++) {
            for (int kw = 0; kw < weight.extents().w(); kw++) {
                Rows.addScaled(sums[ci], kw, weight.get(co, ci, kd, kh, kw), row, 0, row.length);
            }
        }
    }
}
