package lobule.device.reference;

import java.lang.foreign.MemorySegment;
import java.util.List;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.DeviceOwner;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Tensor;
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
import lobule.tensor.TensorSpec;

/** Computes every op as its definition reads, in plain Java with double accumulators, on host memory in NCDHW. */
public final class ReferenceDevice implements Device {
    private final DeviceOwner owner = new DeviceOwner("reference");
    private final Parallel parallel;

    public ReferenceDevice() {
        this(Runtime.getRuntime().availableProcessors());
    }

    /** The number of threads changes the time, not a bit of any result. */
    public ReferenceDevice(int threads) {
        this.parallel = new Parallel(threads);
    }

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public String description() {
        return "plain Java with double accumulators, " + parallel.threads() + " threads";
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
        return kernel(op);
    }

    private Kernel kernel(Op op) {
        return switch (op) {
            case Convolution(boolean bias) -> operands -> new ReferenceConvolution(bias, operands, parallel);
            case ConvolutionBackwardData() -> operands -> new ReferenceConvolutionBackwardData(operands, parallel);
            case ConvolutionBackwardWeights(boolean bias) ->
                    operands -> new ReferenceConvolutionBackwardWeights(bias, operands, parallel);
            case TransposedConvolution _ -> operands -> new ReferenceTransposedConvolution(operands, parallel);
            case TransposedConvolutionBackwardData() ->
                    operands -> new ReferenceTransposedConvolutionBackwardData(operands, parallel);
            case TransposedConvolutionBackwardWeights() ->
                    operands -> new ReferenceTransposedConvolutionBackwardWeights(operands, parallel);
            case MaxPool() -> operands -> new ReferenceMaxPool(operands, parallel);
            case MaxPoolBackward() -> operands -> new ReferenceMaxPoolBackward(operands, parallel);
            case CropConcatenate() -> operands -> new ReferenceCropConcatenate(operands, parallel);
            case CropConcatenateBackward _ -> operands -> new ReferenceCropConcatenateBackward(operands, parallel);
            case Add() -> ReferenceAdd::new;
            case BatchRenormStatistics statistics ->
                    operands -> new ReferenceBatchRenormStatistics(statistics, operands, parallel);
            case BatchRenorm norm -> operands -> new ReferenceBatchRenorm(norm, operands, parallel);
            case BatchRenormBackward norm -> operands -> new ReferenceBatchRenormBackward(norm, operands, parallel);
            case EncoderOutput _ -> operands -> new ReferenceEncoderOutput(operands, parallel);
            case EncoderOutputBackward(boolean fixed) ->
                    operands -> new ReferenceEncoderOutputBackward(fixed, operands, parallel);
            case RunningStatistics() -> ReferenceRunningStatistics::new;
            case Dropout dropout -> operands -> new ReferenceDropout(dropout, operands, parallel);
            case SoftmaxCrossEntropy loss -> operands -> new ReferenceSoftmaxCrossEntropy(loss, operands, parallel);
            case SoftmaxCrossEntropyBackward(SoftmaxCrossEntropy loss) ->
                    operands -> new ReferenceSoftmaxCrossEntropyBackward(loss, operands, parallel);
            case SoftmaxDice loss -> operands -> new ReferenceSoftmaxDice(loss, operands, parallel);
            case SoftmaxDiceBackward(SoftmaxDice loss) ->
                    operands -> new ReferenceSoftmaxDiceBackward(loss, operands, parallel);
            case SegmentationScore score -> operands -> new ReferenceSegmentationScore(score, operands, parallel);
            case GradientNorm() -> operands -> new ReferenceGradientNorm(operands, parallel);
            case Adam adam -> operands -> Launch.inOrder(operands.ofEachParameter(ReferenceAdam.STATES).stream()
                    .map(parameter -> new ReferenceAdam(adam, parameter)).toList());
            case NesterovMomentum nesterov -> operands -> Launch.inOrder(
                    operands.ofEachParameter(ReferenceNesterovMomentum.STATES).stream()
                            .map(parameter -> new ReferenceNesterovMomentum(nesterov, parameter)).toList());
        };
    }

    @Override
    public void upload(MemorySegment source, Tensor destination) {
        owner.requireUsable();
        destination.requireSize(source);
        HostBuffer.segment(destination).copyFrom(source);
    }

    @Override
    public void download(Tensor source, MemorySegment destination) {
        owner.requireUsable();
        source.requireSize(destination);
        destination.copyFrom(HostBuffer.segment(source));
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
            parallel.close();
        }
    }
}
