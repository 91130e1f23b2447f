package lobule.device.reference;

import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.CropConcatenate;

/** y(n, c, d, h, w) = skip(n, c, d0+d, h0+h, w0+w) for c below Cs, up(n, c-Cs, d, h, w) above. */
final class ReferenceCropConcatenate implements Launch {
    private final HostTensor skip;
    private final HostTensor up;
    private final HostTensor y;
    private final Parallel parallel;

    ReferenceCropConcatenate(Operands operands, Parallel parallel) {
        this.skip = HostTensor.of(operands.input(0));
        this.up = HostTensor.of(operands.input(1));
        this.y = HostTensor.of(operands.output(0));
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        parallel.forEach(y.extents().rows(), row -> row(y.extents().row(row)));
    }

    private void row(Extents.Row at) {
        long d = CropConcatenate.start(skip.extents().d(), up.extents().d()) + at.d();
        long h = CropConcatenate.start(skip.extents().h(), up.extents().h()) + at.h();
        long w0 = CropConcatenate.start(skip.extents().w(), up.extents().w());
        long skipChannels = skip.extents().c();
        for (long w = 0; w < y.extents().w(); w++) {
            for (long c = 0; c < skipChannels; c++) {
                y.set(at.n(), c, at.d(), at.h(), w, skip.get(at.n(), c, d, h, w0 + w));
            }
            for (long c = 0; c < up.extents().c(); c++) {
                y.set(at.n(), skipChannels + c, at.d(), at.h(), w, up.get(at.n(), c, at.d(), at.h(), w));
            }
        }
    }
}
