package lobule.device.reference;

import java.util.Optional;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;

/**
 * y(n, Cs + co, d kD + kd, h kH + kh, w kW + kw) = sum over ci of weight(ci, co, kd, kh, kw) x(n, ci, d, h, w),
 * behind the Cs channels of a concatenation.
 */
final class ReferenceTransposedConvolution implements Launch {
    private final HostTensor x;
    private final HostTensor weight;
    private final HostTensor y;
    /** Channels of y before the result's. */
    private final long firstChannel;
    private final Optional<HostTensor> concatenation;
    private final Parallel parallel;

    ReferenceTransposedConvolution(Operands operands, Parallel parallel) {
        this.x = HostTensor.of(operands.input(0));
        this.weight = HostTensor.of(operands.input(1));
        this.y = HostTensor.of(operands.output(0));
        this.firstChannel = y.extents().c() - weight.extents().c();
        this.concatenation = firstChannel == 0 || operands.output(0).sameMemory(operands.input(2))
                ? Optional.empty() : Optional.of(HostTensor.of(operands.input(2)));
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        concatenation.ifPresent(tensor -> y.memory().copyFrom(tensor.memory()));
        parallel.forEach(x.extents().rows(), row -> row(x.extents().row(row)));
    }

    /** Everything made from one row of x in all channels: kD x kH rows of y. */
    private void row(Extents.Row at) {
        float[][] rows = new float[x.extents().channels()][x.extents().width()];
        for (int ci = 0; ci < rows.length; ci++) {
            x.readRow(at.n(), ci, at.d(), at.h(), rows[ci]);
        }
        Extents kernel = weight.extents();
        for (long co = 0; co < kernel.c(); co++) {
            for (long kd = 0; kd < kernel.d(); kd++) {
                for (long kh = 0; kh < kernel.h(); kh++) {
                    double[] upsampled = upsample(rows, co, kd, kh);
                    y.writeRow(at.n(), firstChannel + co, at.d() * kernel.d() + kd, at.h() * kernel.h() + kh,
                            upsampled);
                }
            }
        }
    }

    private double[] upsample(float[][] rows, long co, long kd, long kh) {
        int stride = weight.extents().width();
        double[] upsampled = new double[y.extents().width()];
        for (int kw = 0; kw < stride; kw++) {
            double[] sum = new double[x.extents().width()];
            for (int ci = 0; ci < rows.length; ci++) {
                Rows.addScaled(sum, 0, weight.get(ci, co, kd, kh, kw), rows[ci], 0, sum.length);
            }
            for (int w = 0; w < sum.length; w++) {
                upsampled[w * stride + kw] = sum[w];
            }
        }
        return upsampled;
    }
}
