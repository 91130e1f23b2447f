package lobule.device.cpu.winograd;

import static org.bytedeco.dnnl.global.dnnl.dnnl_abc;

import java.lang.foreign.MemorySegment;
import lobule.device.Buffer;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cpu.machine.Lanes;
import lobule.device.cpu.machine.Memory;
import lobule.device.cpu.machine.WorkerPool;
import lobule.device.cpu.onednn.OneDnn;
import lobule.device.cpu.onednn.OneDnnCall;
import lobule.device.cpu.onednn.OneDnnScope;
import lobule.tensor.Shape;
import org.bytedeco.dnnl.dnnl_memory_desc;

/**
 * Gradient of a 3x3x3 convolution by its weights, in the domain of Winograd's F(2x2x2, 3x3x3): that of the 64 matrices
 * is a sum over tiles of products (Ci, tiles) by (tiles, Co). Each thread sums up an equal share of the blocks in
 * order, then the sums are added in the order of the threads: the same bits for a number of threads.
 *
 * <p>Workspace: for each thread the 64 matrices' gradient, a block of x, one of dy, scratch memory, oneDNN's.
 */
final class CpuWinogradBackwardWeights implements Kernel {
    private static final int TILES = 32;
    /** Matrices that no cache of one core holds, so that they should be read and written less often. */
    private static final long LARGE = 1 << 20;
    private static final int TILES_OF_LARGE = 128;

    private final OneDnnScope scope;
    private final WorkerPool workers;
    private final WinogradWeights weights;
    private final WinogradTiles tiles;
    private final FrequencyBlock blockX;
    private final FrequencyBlock blockY;
    private final WinogradInput inputX;
    private final WinogradInput inputY;
    private BatchedProduct product;

    CpuWinogradBackwardWeights(OneDnn library, WorkerPool workers, Shape x, Shape weight, Shape y) {
        this.scope = new OneDnnScope(library);
        this.workers = workers;
        this.weights = WinogradWeights.of(weight, false);
        this.tiles = WinogradTiles.of(x, y, 0);
        int height = weights.floats() > LARGE ? TILES_OF_LARGE : TILES;
        this.blockX = new FrequencyBlock(height, weights.rows());
        this.blockY = new FrequencyBlock(height, weights.columns());
        this.inputX = new WinogradInput(tiles.read(), blockX, WinogradTransform::input);
        this.inputY = new WinogradInput(tiles.written(), blockY, WinogradTransform::outputGradient);
        dnnl_memory_desc left = scope.strided(
                new long[] {FrequencyBlock.FREQUENCIES, blockX.channels(), height}, blockX.stride(), 1,
                blockX.channels());
        dnnl_memory_desc right = scope.strided(
                new long[] {FrequencyBlock.FREQUENCIES, height, blockY.channels()}, blockY.stride(),
                blockY.channels(), 1);
        dnnl_memory_desc sum = scope.descriptor(
                new long[] {FrequencyBlock.FREQUENCIES, weights.rows(), weights.columns()}, dnnl_abc);
        library.alone(() -> product = new BatchedProduct(scope, left, right, sum, true));
    }

    private long sumBytes() {
        return Buffer.aligned(weights.floats() * Float.BYTES);
    }

    private long threadBytes() {
        return sumBytes() + blockX.bytes() + blockY.bytes() + tiles.scratchBytes()
                + Buffer.aligned(product.scratchpadBytes());
    }

    @Override
    public long workspaceBytes() {
        return workers.threads() * threadBytes();
    }

    @Override
    public String algorithm() {
        return WinogradUse.ALGORITHM;
    }

    @Override
    public Launch bind(Operands operands) {
        Passes passes = new Passes(operands);
        WorkerPool.Chunks shares = passes::share;
        WorkerPool.ThreadChunks write = (row, thread) -> passes.write(row, thread, false);
        WorkerPool.ThreadChunks add = (row, thread) -> passes.write(row, thread, true);
        Runnable multiply = () -> workers.run(workers.threads(), shares);
        return step -> {
            scope.library().alone(multiply);
            workers.run(weights.rows(), step.accumulate ? add : write);
        };
    }

    @Override
    public void close() {
        scope.close();
    }

    /** The passes over one set of operands. */
    private final class Passes {
        private final MemorySegment x;
        private final MemorySegment dy;
        private final MemorySegment gradient;
        private final MemorySegment workspace;
        private final WinogradWeights.Pair[] pairs = new WinogradWeights.Pair[workers.threads()];
        private final OneDnnCall[] products = new OneDnnCall[workers.threads()];

        Passes(Operands operands) {
            x = HostBuffer.segment(operands.input(0));
            dy = HostBuffer.segment(operands.input(1));
            gradient = HostBuffer.segment(operands.state(0));
            workspace = Memory.workspace(operands, workspaceBytes());
            for (int share = 0; share < products.length; share++) {
                long sum = workspace.address() + share * threadBytes();
                long left = sum + sumBytes();
                long right = left + blockX.bytes();
                pairs[share] = new WinogradWeights.Pair();
                products[share] = product.call(left, right, sum, right + blockY.bytes() + tiles.scratchBytes());
            }
        }

        /** Sums up an equal part of the blocks. */
        void share(int share) {
            long sum = share * threadBytes() / Float.BYTES;
            long left = sum + sumBytes() / Float.BYTES;
            long right = left + blockX.bytes() / Float.BYTES;
            long scratch = right + blockY.bytes() / Float.BYTES;
            Lanes.clear(workspace, sum, sum + weights.floats());
            int blocks = tiles.blocks(blockX.tiles());
            int end = (int) ((share + 1L) * blocks / workers.threads());
            for (int block = (int) ((long) share * blocks / workers.threads()); block < end; block++) {
                long first = (long) block * blockX.tiles();
                inputX.transform(x, first, workspace, left, scratch);
                inputY.transform(dy, first, workspace, right, scratch);
                products[share].run();
            }
        }

        /** The gradient by the weights of one input channel. */
        void write(int row, int thread, boolean accumulate) {
            long rowFloats = weights.columns();
            for (int share = 1; share < workers.threads(); share++) {
                for (int f = 0; f < FrequencyBlock.FREQUENCIES; f++) {
                    long at = ((long) f * weights.rows() + row) * rowFloats;
                    add(at, share * threadBytes() / Float.BYTES + at);
                }
            }
            weights.gradient(row, workspace, 0, gradient, accumulate, pairs[thread]);
        }

        /** Adds one row of a share's matrix to that of the first share. */
        private void add(long to, long from) {
            for (int c = 0; c < weights.columns(); c += Lanes.COUNT) {
                Lanes.store(Lanes.load(workspace, to + c).add(Lanes.load(workspace, from + c)), workspace, to + c);
            }
        }
    }
}
