package lobule.device.cpu.winograd;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.dnnl_format_tag_any;

import java.lang.foreign.MemorySegment;
import lobule.device.Buffer;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cpu.machine.Memory;
import lobule.device.cpu.machine.WorkerPool;
import lobule.device.cpu.onednn.OneDnn;
import lobule.device.cpu.onednn.OneDnnCall;
import lobule.device.cpu.onednn.OneDnnScope;
import org.bytedeco.dnnl.dnnl_memory_desc;

/**
 * A convolution of three taps along each axis, or its gradient by the input, by Winograd's algorithm. A block of tiles
 * at a time is taken to the frequencies, multiplied by the weights' matrices, and brought back, all by one thread, so
 * that it need not leave that thread's cache.
 *
 * <p>Workspace: the weights' matrices, the same as oneDNN wants them; then for each thread a block of what is read,
 * one of what is written, scratch memory, oneDNN's.
 */
final class CpuWinogradConvolution implements Kernel {
    private final OneDnnScope scope;
    private final WorkerPool workers;
    private final WinogradWeights weights;
    private final WinogradTiles tiles;
    private final FrequencyBlock read;
    private final FrequencyBlock written;
    private final WinogradInput input;
    private final WinogradOutput output;
    private final CubeTransform expansion;
    private final dnnl_memory_desc matrices;
    private BatchedProduct product;

    CpuWinogradConvolution(OneDnn library, WorkerPool workers, WinogradWeights weights, WinogradTiles tiles) {
        this.scope = new OneDnnScope(library);
        this.workers = workers;
        this.weights = weights;
        this.tiles = tiles;
        int frequencies = weights.domain().frequencies();
        int height = Blocking.tiles(weights, tiles);
        this.read = new FrequencyBlock(frequencies, height, weights.rows());
        this.written = new FrequencyBlock(frequencies, height, weights.columns());
        this.input = WinogradInput.of(tiles, read);
        this.output = new WinogradOutput(tiles, written);
        this.expansion = weights.expansion();
        this.matrices = weights.layout(scope);
        library.alone(() -> product = new BatchedProduct(scope, read.layout(scope),
                scope.descriptor(weights.sizes(), dnnl_format_tag_any), written.layout(scope), false));
    }

    private long packedBytes() {
        return Buffer.aligned(product.rightBytes());
    }

    private long threadBytes() {
        return read.bytes() + written.bytes() + scratchBytes() + Buffer.aligned(product.scratchpadBytes());
    }

    private long scratchBytes() {
        return Math.max(tiles.scratchBytes(), weights.scratchBytes());
    }

    @Override
    public long workspaceBytes() {
        return weights.bytes() + packedBytes() + workers.threads() * threadBytes();
    }

    @Override
    public String algorithm() {
        return weights.domain().algorithm();
    }

    @Override
    public double errorGrowth() {
        return weights.domain().errorGrowth();
    }

    @Override
    public Launch bind(Operands operands) {
        Passes passes = new Passes(operands);
        WorkerPool.ThreadChunks transform = passes::weights;
        WorkerPool.ThreadChunks blocks = passes::block;
        Runnable multiply = () -> workers.run(tiles.blocks(read.tiles()), blocks);
        return step -> {
            workers.run(weights.rows(), transform);
            passes.pack.run();
            scope.library().alone(multiply);
        };
    }

    @Override
    public void close() {
        scope.close();
    }

    /** The passes over one set of operands. */
    private final class Passes {
        private final MemorySegment x;
        private final MemorySegment weight;
        private final MemorySegment y;
        private final MemorySegment workspace;
        private final OneDnnCall[] products = new OneDnnCall[workers.threads()];
        private final OneDnnCall pack;

        Passes(Operands operands) {
            x = HostBuffer.segment(operands.input(0));
            weight = HostBuffer.segment(operands.input(1));
            y = HostBuffer.segment(operands.output(0));
            workspace = Memory.workspace(operands, workspaceBytes());
            long base = workspace.address();
            long packed = base + weights.bytes();
            pack = new OneDnnCall.Builder("reorder of Winograd weights", scope,
                    scope.primitive(scope.reorder(matrices, product.right(), scope.attributes())))
                    .with(DNNL_ARG_FROM, matrices, base).with(DNNL_ARG_TO, product.right(), packed).build();
            for (int thread = 0; thread < products.length; thread++) {
                long from = base + start(thread);
                products[thread] = product.call(from, packed, from + read.bytes(),
                        from + read.bytes() + written.bytes() + scratchBytes());
            }
        }

        /** Place in the workspace of a thread's memory, in bytes. */
        private long start(int thread) {
            return weights.bytes() + packedBytes() + thread * threadBytes();
        }

        /** Index in the workspace. */
        private long scratch(int thread) {
            return (start(thread) + read.bytes() + written.bytes()) / Float.BYTES;
        }

        void weights(int row, int thread) {
            weights.transform(expansion, row, weight, workspace, 0, scratch(thread));
        }

        void block(int block, int thread) {
            long from = start(thread) / Float.BYTES;
            long to = from + read.bytes() / Float.BYTES;
            long first = (long) block * read.tiles();
            input.transform(x, first, workspace, from, scratch(thread));
            products[thread].run();
            output.transform(workspace, to, first, y, scratch(thread));
        }
    }
}
