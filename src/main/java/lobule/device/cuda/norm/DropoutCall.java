package lobule.device.cuda.norm;

import lobule.device.Step;
import lobule.device.cuda.kernel.ChannelRows;
import lobule.device.cuda.kernel.KernelCall;
import lobule.op.Dropout;

/**
 * A kernel whose last parameters are a dropout mask's: seed, index, micro-step, threshold, scale of what is kept.
 * A thread draws the mask of four channels of a voxel.
 */
final class DropoutCall {
    /** Channels that share a draw of four random words. */
    private static final long LANES = 4;

    private final KernelCall call;
    private final int seed;
    private final int microStep;

    private DropoutCall(KernelCall call, int seed, int microStep) {
        this.call = call;
        this.seed = seed;
        this.microStep = microStep;
    }

    /** @param start the kernel with all arguments before the mask's */
    static DropoutCall of(KernelCall.Builder start, Dropout op, ChannelRows rows) {
        int seed = start.next();
        start.sizes(0, op.index());
        int microStep = start.next();
        KernelCall call = start.sizes(0, op.threshold()).scalars(1 / (1 - op.rate()))
                .build(rows.batch() * Math.ceilDiv(rows.channels(), LANES) * rows.chunks());
        return new DropoutCall(call, seed, microStep);
    }

    void launch(Step step) {
        call.set(seed, step.seed);
        call.set(microStep, step.microStep);
        call.launch();
    }
}
