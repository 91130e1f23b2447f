package lobule.device.cpu.winograd;

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

/**
 * Gradient of a convolution of three taps along each axis by its weights, in Winograd's domain: that of the matrix of
 * a frequency is a sum over tiles of products (Ci, tiles) by (tiles, Co). Each thread sums up an equal share of the
 * blocks in order, then the sums are added in the order of the threads: the same bits for a number of threads.
 *
 * <p>Workspace: for each thread the matrices' gradient, a block of x, one of dy, scratch memory, oneDNN's.
 */
final class CpuWinogradBackwardWeights implements Kernel {
    private final OneDnnScope scope;
    private final WorkerPool workers;
    private final WinogradWeights weights;
    private final WinogradTiles tiles;
    private final FrequencyBlock blockX;
    private final FrequencyBlock blockY;
    private final WinogradInput inputX;
    private final WinogradInput inputY;
    private final CubeTransform contraction;
    private BatchedProduct product;

    CpuWinogradBackwardWeights(OneDnn library, WorkerPool workers, WinogradWeights weights, WinogradTiles tiles) {
        this.scope = new OneDnnScope(library);
        this.workers = workers;
        this.weights = weights;
        this.tiles = tiles;
        int frequencies = weights.domain().frequencies();
        int height = Blocking.tiles(weights, tiles);
        this.blockX = new FrequencyBlock(frequencies, height, weights.rows());
        this.blockY = new FrequencyBlock(frequencies, height, weights.columns());
        this.inputX = WinogradInput.of(tiles, blockX);
        this.inputY = WinogradInput.ofGradient(tiles, blockY);
        this.contraction = weights.contraction();
        library.alone(() -> product = new BatchedProduct(scope, blockX.transposed(scope), blockY.layout(scope),
                weights.layout(scope), true));
    }

    private long threadBytes() {
        return weights.bytes() + blockX.bytes() + blockY.bytes() + scratchBytes()
                + Buffer.aligned(product.scratchpadBytes());
    }

    private long scratchBytes() {
        return Math.max(tiles.scratchBytes(), weights.scratchBytes());
    }

    @Override
    public long workspaceBytes() {
        return workers.threads() * threadBytes();
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
        private final OneDnnCall[] products = new OneDnnCall[workers.threads()];

        Passes(Operands operands) {
            x = HostBuffer.segment(operands.input(0));
            dy = HostBuffer.segment(operands.input(1));
            gradient = HostBuffer.segment(operands.state(0));
            workspace = Memory.workspace(operands, workspaceBytes());
            for (int share = 0; share < products.length; share++) {
                long sum = workspace.address() + share * threadBytes();
                long left = sum + weights.bytes();
                long right = left + blockX.bytes();
                products[share] = product.call(left, right, sum, right + blockY.bytes() + scratchBytes());
            }
        }

        /** Sums up an equal part of the blocks. */
        void share(int share) {
            long sum = share * threadBytes() / Float.BYTES;
            long left = sum + weights.bytes() / Float.BYTES;
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
            for (int share = 1; share < workers.threads(); share++) {
                for (int f = 0; f < weights.domain().frequencies(); f++) {
                    long at = weights.index(f, row);
                    add(at, share * threadBytes() / Float.BYTES + at);
                }
            }
            long scratch = thread * threadBytes() + weights.bytes() + blockX.bytes() + blockY.bytes();
            weights.gradient(contraction, row, workspace, 0, scratch / Float.BYTES, gradient, accumulate);
        }

        /** Adds one row of a share's matrix to that of the first share. */
        private void add(long to, long from) {
            for (int c = 0; c < weights.rowStride(); c += Lanes.COUNT) {
                Lanes.store(Lanes.load(workspace, to + c).add(Lanes.load(workspace, from + c)), workspace, to + c);
            }
        }
    }
}
