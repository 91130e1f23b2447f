package lobule.device.reference;

import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;

/**
 * dweight(ci, co, kd, kh, kw) = sum over n, d, h, w of
 * x(n, ci, d, h, w) dy(n, Cs + co, d kD + kd, h kH + kh, w kW + kw).
 */
final class ReferenceTransposedConvolutionBackwardWeights implements Launch {
    private final HostTensor x;
    private final HostTensor dy;
    private final ParameterGradient weight;
    private final Extents kernel;
    /** Channels of dy before those that count. */
    private final long firstChannel;
    private final Parallel parallel;

    ReferenceTransposedConvolutionBackwardWeights(Operands operands, Parallel parallel) {
        this.x = HostTensor.of(operands.input(0));
        this.dy = HostTensor.of(operands.input(1));
        this.weight = ParameterGradient.of(operands.state(0));
        this.kernel = Extents.of(operands.state(0).spec().shape());
        this.firstChannel = dy.extents().c() - kernel.c();
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        parallel.forEach(kernel.n() * kernel.c(), pair -> weight(pair / kernel.c(), pair % kernel.c(), step));
    }

    /** All taps of one pair of channels; each keeps a sum per w until the end, so that the inner loop is along W. */
    private void weight(long ci, long co, Step step) {
        double[][] sums = new double[Math.toIntExact(kernel.d() * kernel.h() * kernel.w())][x.extents().width()];
        float[] xRow = new float[x.extents().width()];
        float[] dyRow = new float[dy.extents().width()];
        float[] column = new float[x.extents().width()];
        for (long index = 0; index < x.extents().rows(); index++) {
            Extents.Row at = x.extents().row(index);
            x.readRow(at.n(), ci, at.d(), at.h(), xRow);
            int tap = 0;
            for (long kd = 0; kd < kernel.d(); kd++) {
                for (long kh = 0; kh < kernel.h(); kh++) {
                    dy.readRow(at.n(), firstChannel + co, at.d() * kernel.d() + kd,
                            at.h() * kernel.h() + kh, dyRow);
                    for (int kw = 0; kw < kernel.w(); kw++) {
                        Rows.gather(dyRow, kw, kernel.width(), column);
                        Rows.addProducts(sums[tap++], column, xRow, 0);
                    }
                }
            }
        }
        for (int tap = 0; tap < sums.length; tap++) {
            weight.put((ci * kernel.c() + co) * sums.length + tap, Rows.sum(sums[tap]), step);
        }
    }
}
