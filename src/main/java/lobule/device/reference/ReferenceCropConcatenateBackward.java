package lobule.device.reference;

import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.CropConcatenate;

/** dskip(n, c, d0+d, h0+h, w0+w) = dy(n, c, d, h, w), 0 outside the crop; dup(n, c, d, h, w) = dy(n, Cs+c, d, h, w). */
final class ReferenceCropConcatenateBackward implements Launch {
    private final HostTensor dy;
    private final HostTensor skip;
    private final HostTensor up;
    private final Parallel parallel;

    ReferenceCropConcatenateBackward(Operands operands, Parallel parallel) {
        this.dy = HostTensor.of(operands.input(0));
        this.skip = HostTensor.of(operands.output(0));
        this.up = HostTensor.of(operands.output(1));
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        skip.memory().fill((byte) 0);
        parallel.forEach(dy.extents().rows(), row -> row(dy.extents().row(row)));
    }

    private void row(Extents.Row at) {
        long d = CropConcatenate.start(skip.extents().d(), up.extents().d()) + at.d();
        long h = CropConcatenate.start(skip.extents().h(), up.extents().h()) + at.h();
        long w0 = CropConcatenate.start(skip.extents().w(), up.extents().w());
        long skipChannels = skip.extents().c();
        for (long w = 0; w < dy.extents().w(); w++) {
            for (long c = 0; c < skipChannels; c++) {
                skip.set(at.n(), c, d, h, w0 + w, dy.get(at.n(), c, at.d(), at.h(), w));
            }
            for (long c = 0; c < up.extents().c(); c++) {
                up.set(at.n(), c, at.d(), at.h(), w, dy.get(at.n(), skipChannels + c, at.d(), at.h(), w));
            }
        }
    }
}
