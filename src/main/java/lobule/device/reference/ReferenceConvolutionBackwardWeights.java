package lobule.device.reference;

import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;

/**
 * dweight(co, ci, kd, kh, kw) = sum over n, d, h, w of dy(n, co, d, h, w) x(n, ci, d+kd, h+kh, w+kw);
 * dbias(co) = sum over n, d, h, w of dy(n, co, d, h, w).
 */
final class ReferenceConvolutionBackwardWeights implements Launch {
    private final HostTensor x;
    private final HostTensor dy;
    private final ParameterGradient weight;
    private final Extents kernel;
    /** Null without bias. */
    private final ParameterGradient bias;
    private final Parallel parallel;

    ReferenceConvolutionBackwardWeights(boolean bias, Operands operands, Parallel parallel) {
        this.x = HostTensor.of(operands.input(0));
        this.dy = HostTensor.of(operands.input(1));
        this.weight = ParameterGradient.of(operands.state(0));
        this.kernel = Extents.of(operands.state(0).spec().shape());
        this.bias = bias ? ParameterGradient.of(operands.state(1)) : null;
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        parallel.forEach(kernel.n() * kernel.c(), pair -> weight(pair / kernel.c(), pair % kernel.c(), step));
        if (bias != null) {
            parallel.forEach(kernel.n(), co -> bias(co, step));
        }
    }

    /** All taps of one pair of channels; each keeps a sum per w until the end, so that the inner loop is along W. */
    private void weight(long co, long ci, Step step) {
        double[][] sums = new double[Math.toIntExact(kernel.d() * kernel.h() * kernel.w())][dy.extents().width()];
        float[] dyRow = new float[dy.extents().width()];
        float[] xRow = new float[x.extents().width()];
        for (long index = 0; index < dy.extents().rows(); index++) {
            Extents.Row at = dy.extents().row(index);
            dy.readRow(at.n(), co, at.d(), at.h(), dyRow);
            int tap = 0;
            for (long kd = 0; kd < kernel.d(); kd++) {
                for (long kh = 0; kh < kernel.h(); kh++) {
                    x.readRow(at.n(), ci, at.d() + kd, at.h() + kh, xRow);
                    for (int kw = 0; kw < kernel.w(); kw++) {
                        Rows.addProducts(sums[tap++], dyRow, xRow, kw);
                    }
                }
            }
        }
        for (int tap = 0; tap < sums.length; tap++) {
            weight.put((co * kernel.c() + ci) * sums.length + tap, Rows.sum(sums[tap]), step);
        }
    }

    private void bias(long co, Step step) {
        float[] row = new float[dy.extents().width()];
        double sum = 0;
        for (long index = 0; index < dy.extents().rows(); index++) {
            Extents.Row at = dy.extents().row(index);
            dy.readRow(at.n(), co, at.d(), at.h(), row);
            sum += Rows.sum(row);
        }
        bias.put(co, sum, step);
    }
}
