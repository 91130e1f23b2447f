package lobule.device.reference;

import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;

/** dx = dy at the largest voxel of each window, else 0. Windows do not overlap. */
final class ReferenceMaxPoolBackward implements Launch {
    private final HostTensor x;
    private final PoolWindow window;
    private final HostTensor dy;
    private final HostTensor dx;
    private final Parallel parallel;

    ReferenceMaxPoolBackward(Operands operands, Parallel parallel) {
        this.x = HostTensor.of(operands.input(0));
        this.window = PoolWindow.of(operands.input(0).spec().shape());
        this.dy = HostTensor.of(operands.input(1));
        this.dx = HostTensor.of(operands.output(0));
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        dx.memory().fill((byte) 0);
        parallel.forEach(dy.extents().rows(), row -> row(dy.extents().row(row)));
    }

    private void row(Extents.Row at) {
        for (long c = 0; c < dy.extents().c(); c++) {
            for (long w = 0; w < dy.extents().w(); w++) {
                dx.set(window.largest(at.n(), c, at.d(), at.h(), w, x::get), dy.get(at.n(), c, at.d(), at.h(), w));
            }
        }
    }
}
