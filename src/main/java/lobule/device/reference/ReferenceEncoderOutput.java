package lobule.device.reference;

import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.CropConcatenate;

/**
 * With y = max(renorm(x), 0): pooled(n, c, d, h, w) is the largest y(n, c, 2d+kd, 2h+kh, 2w+kw); the concatenation is
 * y(n, c, d0+d, h0+h, w0+w) for c below Cs, 0 above.
 */
final class ReferenceEncoderOutput implements Launch {
    private final Operands operands;
    private final HostTensor x;
    private final PoolWindow window;
    private final HostTensor pooled;
    private final HostTensor concatenation;
    private final Parallel parallel;

    ReferenceEncoderOutput(Operands operands, Parallel parallel) {
        this.operands = operands;
        this.x = HostTensor.of(operands.input(0));
        this.window = PoolWindow.of(operands.input(0).spec().shape());
        this.pooled = HostTensor.of(operands.output(0));
        this.concatenation = HostTensor.of(operands.output(1));
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        concatenation.memory().fill((byte) 0);
        parallel.forEach(x.extents().c(), this::channel);
    }

    private void channel(long c) {
        ChannelNorm norm = ChannelNorm.of(operands, c);
        for (long index = 0; index < pooled.extents().rows(); index++) {
            Extents.Row at = pooled.extents().row(index);
            for (long w = 0; w < pooled.extents().w(); w++) {
                long largest = window.largest(at.n(), c, at.d(), at.h(), w, i -> norm.rectified(x.get(i)));
                pooled.set(at.n(), c, at.d(), at.h(), w, norm.rectified(x.get(largest)));
            }
        }
        for (long index = 0; index < concatenation.extents().rows(); index++) {
            crop(concatenation.extents().row(index), c, norm);
        }
    }

    private void crop(Extents.Row at, long c, ChannelNorm norm) {
        long d = CropConcatenate.start(x.extents().d(), concatenation.extents().d()) + at.d();
        long h = CropConcatenate.start(x.extents().h(), concatenation.extents().h()) + at.h();
        long w0 = CropConcatenate.start(x.extents().w(), concatenation.extents().w());
        for (long w = 0; w < concatenation.extents().w(); w++) {
            concatenation.set(at.n(), c, at.d(), at.h(), w, norm.rectified(x.get(at.n(), c, d, h, w0 + w)));
        }
    }
}
