package lobule.device.cuda.norm;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.kernel.ChannelRows;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.op.BatchRenormStatistics;
import lobule.tensor.Shape;

/** Moments a chunk, then a channel; the running statistics move on the device. */
public final class CudaBatchRenormStatistics implements Kernel {
    private static final long VALUES = 2;

    private final Kernels kernels;
    private final BatchRenormStatistics op;
    private final ChannelRows rows;

    public CudaBatchRenormStatistics(Kernels kernels, BatchRenormStatistics op, Shape x) {
        this.kernels = kernels;
        this.op = op;
        this.rows = ChannelRows.of(x);
    }

    @Override
    public long workspaceBytes() {
        return rows.partialBytes(VALUES);
    }

    @Override
    public Launch bind(Operands operands) {
        DevicePointer partial = DeviceBuffer.workspace(operands);
        KernelCall moments = kernels.call("batch_renorm", "statistics_partial").pointers(partial)
                .tensors(operands.input(0)).sizes(rows.voxels(), rows.chunks()).build(rows.blocks());
        KernelCall.Builder finish = kernels.call("batch_renorm", "statistics_finish")
                .tensors(operands.output(0), operands.state(0), operands.state(1), operands.state(2)).pointers(partial)
                .sizes(rows.batch(), rows.channels(), rows.voxels(), rows.chunks())
                .scalars(op.epsilon(), op.momentum());
        int clip = finish.next();
        KernelCall update = finish.scalars(1, 0).build(rows.channels());
        KernelCall initialised = kernels.call("batch_renorm", "statistics_initialised").tensors(operands.state(2))
                .build(1);
        return step -> {
            moments.launch();
            update.set(clip, step.rMax);
            update.set(clip + 1, step.dMax);
            update.launch();
            initialised.launch();
        };
    }
}
