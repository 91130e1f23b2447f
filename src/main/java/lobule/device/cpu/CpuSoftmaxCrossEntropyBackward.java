package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.op.SoftmaxCrossEntropy;
import lobule.tensor.Shape;

/** w_y (p - onehot(y)) / sum w, voxel by voxel. */
final class CpuSoftmaxCrossEntropyBackward implements Kernel {
    private final WorkerPool workers;
    private final SoftmaxCrossEntropy forward;
    private final Span span;

    CpuSoftmaxCrossEntropyBackward(WorkerPool workers, SoftmaxCrossEntropy forward, Shape logits) {
        this.workers = workers;
        this.forward = forward;
        this.span = new Span(logits.elements() / logits.channels());
    }

    @Override
    public Launch bind(Operands operands) {
        LabelledLogits logits = new LabelledLogits(operands.input(0), operands.input(1), forward.ignoreLabel());
        MemorySegment sums = HostBuffer.segment(operands.input(2));
        MemorySegment gradient = HostBuffer.segment(operands.output(0));
        WorkerPool.Chunks chunks = chunk -> {
            for (long voxel = span.start(chunk); voxel < span.end(chunk); voxel++) {
                voxel(logits, sums, gradient, voxel);
            }
        };
        return step -> workers.run(span.chunks(), chunks);
    }

    private void voxel(LabelledLogits logits, MemorySegment sums, MemorySegment gradient, long voxel) {
        int label = logits.label(voxel);
        double weights = sums.getAtIndex(ValueLayout.JAVA_DOUBLE, 1);
        double scale = label < 0 || weights == 0 ? 0 : forward.weight(label) / weights;
        double logSum = scale == 0 ? 0 : logits.logSum(voxel);
        for (int c = 0; c < logits.classes(); c++) {
            double value = scale == 0 ? 0
                    : scale * (logits.probability(voxel, c, logSum) - (c == label ? 1 : 0));
            gradient.setAtIndex(ValueLayout.JAVA_FLOAT, voxel * logits.classes() + c, (float) value);
        }
    }
}
