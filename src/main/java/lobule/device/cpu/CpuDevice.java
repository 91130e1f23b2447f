package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.DeviceOwner;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Tensor;
import lobule.device.cpu.convolution.DirectConvolutions;
import lobule.device.cpu.loss.CpuLosses;
import lobule.device.cpu.machine.Lanes;
import lobule.device.cpu.machine.Memory;
import lobule.device.cpu.machine.WorkerPool;
import lobule.device.cpu.norm.CpuBatchRenorm;
import lobule.device.cpu.norm.CpuBatchRenormBackward;
import lobule.device.cpu.norm.CpuBatchRenormStatistics;
import lobule.device.cpu.norm.CpuDropout;
import lobule.device.cpu.norm.CpuEncoderOutput;
import lobule.device.cpu.norm.CpuEncoderOutputBackward;
import lobule.device.cpu.norm.CpuRunningStatistics;
import lobule.device.cpu.onednn.OneDnn;
import lobule.device.cpu.update.AdamUpdate;
import lobule.device.cpu.update.CpuGradientNorm;
import lobule.device.cpu.update.NesterovUpdate;
import lobule.device.cpu.voxels.ChannelsLast;
import lobule.device.cpu.voxels.CpuAdd;
import lobule.device.cpu.voxels.CpuCropConcatenate;
import lobule.device.cpu.voxels.CpuCropConcatenateBackward;
import lobule.device.cpu.voxels.CpuMaxPool;
import lobule.device.cpu.voxels.CpuMaxPoolBackward;
import lobule.device.cpu.winograd.WinogradConvolutions;
import lobule.device.cpu.winograd.WinogradTile;
import lobule.device.cpu.winograd.WinogradUse;
import lobule.device.cpu.winograd.WinogradUse.Pass;
import lobule.device.cpu.winograd.WinogradWherePays;
import lobule.device.host.HostJvm;
import lobule.op.Adam;
import lobule.op.Add;
import lobule.op.BatchRenorm;
import lobule.op.BatchRenormBackward;
import lobule.op.BatchRenormStatistics;
import lobule.op.Convolution;
import lobule.op.ConvolutionBackwardData;
import lobule.op.ConvolutionBackwardWeights;
import lobule.op.CropConcatenate;
import lobule.op.CropConcatenateBackward;
import lobule.op.Dropout;
import lobule.op.EncoderOutput;
import lobule.op.EncoderOutputBackward;
import lobule.op.GradientNorm;
import lobule.op.MaxPool;
import lobule.op.MaxPoolBackward;
import lobule.op.NesterovMomentum;
import lobule.op.Op;
import lobule.op.RunningStatistics;
import lobule.op.SegmentationScore;
import lobule.op.SoftmaxCrossEntropy;
import lobule.op.SoftmaxCrossEntropyBackward;
import lobule.op.SoftmaxDice;
import lobule.op.SoftmaxDiceBackward;
import lobule.op.TransposedConvolution;
import lobule.op.TransposedConvolutionBackwardData;
import lobule.op.TransposedConvolutionBackwardWeights;
import lobule.tensor.Layout;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * The host's processor: oneDNN for convolutions and for the products of Winograd's, the Vector API for the rest,
 * activations in NDHWC. The thread that makes the device also prepares and runs its kernels: oneDNN's number of threads
 * is that thread's.
 */
public final class CpuDevice implements Device {
    private final DeviceOwner owner = new DeviceOwner("cpu");
    private final OneDnn library;
    private final WorkerPool workers;
    private final DirectConvolutions direct;
    private final WinogradConvolutions winograd;
    private final WinogradUse use;

    /** @throws lobule.device.DeviceUnavailableException where oneDNN cannot be loaded, with the reason */
    public CpuDevice(int threads) {
        this(threads, new WinogradWherePays(), DirectConvolutions.LARGEST_BYTES);
    }

    /** One that computes all convolutions directly, to compare. */
    public static CpuDevice direct(int threads) {
        return new CpuDevice(threads, WinogradUse.NEVER, DirectConvolutions.LARGEST_BYTES);
    }

    /** @param convolutionBytes direct convolutions beyond this are computed in slabs */
    CpuDevice(int threads, WinogradUse use, long convolutionBytes) {
        if (threads < 1) {
            throw new IllegalArgumentException("device cpu: threads is " + threads + ", expected at least 1");
        }
        HostJvm.requirePinning("cpu", Runtime.version());
        HostJvm.requireVectors("cpu", Runtime.version());
        HostJvm.requireNativeAccess("cpu");
        this.library = OneDnn.load(threads);
        this.workers = new WorkerPool(threads, () -> library.limitThreads(1));
        this.direct = new DirectConvolutions(library, workers, convolutionBytes);
        this.winograd = new WinogradConvolutions(library, workers);
        this.use = use;
    }

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public String description() {
        return "oneDNN " + OneDnn.version() + ", " + Lanes.COUNT * Float.SIZE + "-bit vectors, " + workers.threads()
                + (workers.threads() == 1 ? " thread" : " threads" + waiting(System.getenv("OMP_WAIT_POLICY")));
    }

    /** What the environment makes of idle threads of oneDNN; it is read before Java code runs, and cannot be mended. */
    static String waiting(String policy) {
        return "passive".equalsIgnoreCase(policy) ? ""
                : ", of which idle ones spin against the others: set OMP_WAIT_POLICY=PASSIVE in the environment";
    }

    @Override
    public Buffer allocate(long bytes) {
        owner.requireUsable();
        return HostBuffer.allocate(bytes);
    }

    @Override
    public Kernel prepare(Op op, List<TensorSpec> inputs, List<TensorSpec> states, List<TensorSpec> outputs) {
        owner.requireUsable();
        op.check(inputs, states, outputs);
        return kernel(op, shapes(inputs), shapes(states), shapes(outputs), inputs);
    }

    private Kernel kernel(Op op, List<Shape> in, List<Shape> states, List<Shape> out, List<TensorSpec> inputs) {
        return switch (op) {
            case Convolution(boolean bias) -> tile(bias, Pass.FORWARD, in.get(1), out.get(0))
                    .map(tile -> winograd.forward(tile, in.get(0), in.get(1), out.get(0)))
                    .orElseGet(() -> direct.forward(in.get(0), in.get(1), out.get(0), bias));
            case ConvolutionBackwardData _ -> tile(false, Pass.BACKWARD_DATA, in.get(1), out.get(0))
                    .map(tile -> winograd.backwardData(tile, in.get(0), in.get(1), out.get(0)))
                    .orElseGet(() -> direct.backwardData(in.get(0), in.get(1), out.get(0)));
            case ConvolutionBackwardWeights(boolean bias) ->
                    tile(bias, Pass.BACKWARD_WEIGHTS, states.get(0), in.get(1))
                            .map(tile -> winograd.backwardWeights(tile, in.get(0), states.get(0), in.get(1)))
                            .orElseGet(() -> direct.backwardWeights(in.get(0), states.get(0), in.get(1), bias));
            case TransposedConvolution _ -> direct.up(in.get(0), in.get(1), out.get(0));
            case TransposedConvolutionBackwardData _ -> direct.upBackwardData(in.get(0), in.get(1), out.get(0));
            case TransposedConvolutionBackwardWeights _ ->
                    direct.upBackwardWeights(in.get(0), states.get(0), in.get(1));
            case BatchRenormStatistics statistics -> new CpuBatchRenormStatistics(workers, statistics, in.get(0));
            case RunningStatistics _ -> new CpuRunningStatistics();
            case BatchRenorm renorm -> new CpuBatchRenorm(workers, renorm, in.get(0));
            case BatchRenormBackward backward -> new CpuBatchRenormBackward(workers, backward, in.get(0));
            case MaxPool _ -> new CpuMaxPool(workers, in.get(0), out.get(0));
            case MaxPoolBackward _ -> new CpuMaxPoolBackward(workers, in.get(0), in.get(1));
            case Dropout dropout -> new CpuDropout(workers, dropout, in.get(0));
            case CropConcatenate _ -> new CpuCropConcatenate(workers, in.get(0), in.get(1));
            case CropConcatenateBackward _ -> new CpuCropConcatenateBackward(workers, out.get(0), out.get(1));
            case EncoderOutput _ -> new CpuEncoderOutput(workers, in.get(0), out.get(0), out.get(1));
            case EncoderOutputBackward backward ->
                    new CpuEncoderOutputBackward(workers, backward, in.get(0), in.get(4), in.get(5));
            case Add _ -> new CpuAdd(workers);
            case SoftmaxDice dice -> CpuLosses.dice(workers, dice, in.get(0));
            case SoftmaxDiceBackward(SoftmaxDice dice) -> CpuLosses.diceBackward(workers, dice, in.get(0));
            case SoftmaxCrossEntropy entropy -> CpuLosses.crossEntropy(workers, entropy, in.get(0));
            case SoftmaxCrossEntropyBackward(SoftmaxCrossEntropy entropy) ->
                    CpuLosses.crossEntropyBackward(workers, entropy, in.get(0));
            case SegmentationScore score -> CpuLosses.score(workers, score, in.get(0));
            case GradientNorm _ -> new CpuGradientNorm(workers, inputs);
            case Adam adam -> operands -> Launch.inOrder(operands.ofEachParameter(AdamUpdate.STATES).stream()
                    .map(parameter -> new AdamUpdate(workers, adam, parameter)).toList());
            case NesterovMomentum nesterov -> operands -> Launch.inOrder(
                    operands.ofEachParameter(NesterovUpdate.STATES).stream()
                            .map(parameter -> new NesterovUpdate(workers, nesterov, parameter)).toList());
        };
    }

    /** Of Winograd's algorithm, which computes no bias. */
    private Optional<WinogradTile> tile(boolean bias, Pass pass, Shape weight, Shape written) {
        return bias ? Optional.empty() : use.tile(pass, weight, written);
    }

    private static List<Shape> shapes(List<TensorSpec> specs) {
        return specs.stream().map(TensorSpec::shape).toList();
    }

    @Override
    public void upload(MemorySegment source, Tensor destination) {
        owner.requireUsable();
        destination.requireSize(source);
        MemorySegment memory = HostBuffer.segment(destination);
        if (needsTransposition(destination.spec())) {
            new ChannelsLast(destination.spec().shape()).toDevice(Memory.forAllThreads(source), memory, workers);
        } else {
            memory.copyFrom(source);
        }
    }

    @Override
    public void download(Tensor source, MemorySegment destination) {
        owner.requireUsable();
        source.requireSize(destination);
        MemorySegment memory = HostBuffer.segment(source);
        if (needsTransposition(source.spec())) {
            new ChannelsLast(source.spec().shape()).toHost(memory, Memory.forAllThreads(destination), workers);
        } else {
            destination.copyFrom(memory);
        }
    }

    private static boolean needsTransposition(TensorSpec spec) {
        return spec.layout() == Layout.ACTIVATION && spec.shape().channels() > 1;
    }

    @Override
    public void requireUsable() {
        owner.requireUsable();
    }

    @Override
    public void synchronize() {
        owner.requireUsable(); // launches run to their end
    }

    @Override
    public void close() {
        if (owner.close()) {
            workers.close();
            library.close();
        }
    }
}
