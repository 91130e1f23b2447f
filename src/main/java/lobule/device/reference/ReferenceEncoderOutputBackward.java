package lobule.device.reference;

import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.CropConcatenate;

/**
 * {@link NormGradient} of dy = the pooled gradient at the largest voxel of each window, plus the concatenation's in the
 * crop, where y = max(renorm(x), 0) is above 0. dy of one channel is gathered first, since dx may overwrite x.
 */
final class ReferenceEncoderOutputBackward implements Launch {
    private final Operands operands;
    private final HostTensor x;
    private final PoolWindow window;
    private final HostTensor pooled;
    private final HostTensor concatenation;
    private final NormGradient gradient;
    private final Parallel parallel;

    ReferenceEncoderOutputBackward(boolean fixed, Operands operands, Parallel parallel) {
        this.operands = operands;
        this.x = HostTensor.of(operands.input(0));
        this.window = PoolWindow.of(operands.input(0).spec().shape());
        this.pooled = HostTensor.of(operands.input(4));
        this.concatenation = HostTensor.of(operands.input(5));
        this.gradient = NormGradient.of(fixed, operands);
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        parallel.forEach(x.extents().c(), c -> channel(c, step));
    }

    private void channel(long c, Step step) {
        ChannelNorm norm = ChannelNorm.of(operands, c);
        float[] dy = new float[Math.toIntExact(x.extents().valuesPerChannel())];
        for (long index = 0; index < pooled.extents().rows(); index++) {
            Extents.Row at = pooled.extents().row(index);
            for (long w = 0; w < pooled.extents().w(); w++) {
                long largest = window.largest(at.n(), c, at.d(), at.h(), w, i -> norm.rectified(x.get(i)));
                dy[(int) x.extents().voxel(largest)] = pooled.get(at.n(), c, at.d(), at.h(), w);
            }
        }
        for (long index = 0; index < concatenation.extents().rows(); index++) {
            addCrop(concatenation.extents().row(index), c, dy);
        }
        gradient.channel(c, norm,
                index -> norm.output(x.get(index)) > 0 ? dy[(int) x.extents().voxel(index)] : 0, step);
    }

    private void addCrop(Extents.Row at, long c, float[] dy) {
        long d = CropConcatenate.start(x.extents().d(), concatenation.extents().d()) + at.d();
        long h = CropConcatenate.start(x.extents().h(), concatenation.extents().h()) + at.h();
        long w0 = CropConcatenate.start(x.extents().w(), concatenation.extents().w());
        for (long w = 0; w < concatenation.extents().w(); w++) {
            dy[(int) x.extents().voxel(at.n(), d, h, w0 + w)] += concatenation.get(at.n(), c, at.d(), at.h(), w);
        }
    }
}
