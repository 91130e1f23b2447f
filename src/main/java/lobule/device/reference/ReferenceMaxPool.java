package lobule.device.reference;

import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;

/** y(n, c, d, h, w) = the largest x(n, c, 2d+kd, 2h+kh, 2w+kw), each of kd, kh, kw being 0 or 1. */
final class ReferenceMaxPool implements Launch {
    private final HostTensor x;
    private final PoolWindow window;
    private final HostTensor y;
    private final Parallel parallel;

    ReferenceMaxPool(Operands operands, Parallel parallel) {
        this.x = HostTensor.of(operands.input(0));
        this.window = PoolWindow.of(operands.input(0).spec().shape());
        this.y = HostTensor.of(operands.output(0));
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        parallel.forEach(y.extents().rows(), row -> row(y.extents().row(row)));
    }

    private void row(Extents.Row at) {
        for (long c = 0; c < y.extents().c(); c++) {
            for (long w = 0; w < y.extents().w(); w++) {
                y.set(at.n(), c, at.d(), at.h(), w, x.get(window.largest(at.n(), c, at.d(), at.h(), w, x::get)));
            }
        }
    }
}
