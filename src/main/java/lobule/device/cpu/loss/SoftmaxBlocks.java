package lobule.device.cpu.loss;

import java.lang.foreign.MemorySegment;
import lobule.device.Buffer;
import lobule.device.Operands;
import lobule.device.cpu.machine.Span;
import lobule.device.cpu.machine.WorkerPool;
import lobule.tensor.Shape;

/**
 * How the kernels of labelled voxels go through these: in chunks, and each chunk in blocks in the scratch memory of its
 * thread. Workspace: {@link SoftmaxBlock} for each thread.
 */
final class SoftmaxBlocks {
    private static final long CHUNK_VOXELS = 1 << 13;

    /** What is done with a block that has been loaded. */
    interface Visit {
        void block(SoftmaxBlock block, long start, int chunk);
    }

    private final WorkerPool workers;
    private final Span span;
    private final int classes;
    private final int ignoreLabel;

    SoftmaxBlocks(WorkerPool workers, Shape logits, int ignoreLabel) {
        this.workers = workers;
        this.classes = Math.toIntExact(logits.channels());
        this.span = new Span(logits.elements() / classes, CHUNK_VOXELS);
        this.ignoreLabel = ignoreLabel;
    }

    int chunks() {
        return span.chunks();
    }

    long workspaceBytes() {
        return workers.threads() * threadBytes();
    }

    private long threadBytes() {
        return Buffer.aligned(SoftmaxBlock.bytes(classes));
    }

    /** Work over the logits and the target, inputs 0 and 1; {@code scratch} has {@link #workspaceBytes}. */
    Runnable bind(Operands operands, MemorySegment scratch, Visit visit) {
        LabelledLogits logits = new LabelledLogits(operands.input(0), operands.input(1), ignoreLabel);
        SoftmaxBlock[] blocks = new SoftmaxBlock[workers.threads()];
        for (int thread = 0; thread < blocks.length; thread++) {
            blocks[thread] = new SoftmaxBlock(logits, scratch.asSlice(thread * threadBytes(), threadBytes()));
        }
        WorkerPool.ThreadChunks chunks = (chunk, thread) -> visit(chunk, blocks[thread], visit);
        return () -> workers.run(span.chunks(), chunks);
    }

    private void visit(int chunk, SoftmaxBlock block, Visit visit) {
        int capacity = SoftmaxBlock.capacity(classes);
        for (long start = span.start(chunk); start < span.end(chunk); start += capacity) {
            block.load(start, Math.min(span.end(chunk), start + capacity));
            visit.block(block, start, chunk);
        }
    }
}
