package lobule.device.cuda;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import lobule.device.Kernel;
import lobule.device.cuda.convolution.BackwardDataPass;
import lobule.device.cuda.convolution.BackwardFilterPass;
import lobule.device.cuda.convolution.ConvolutionKernels;
import lobule.device.cuda.convolution.ConvolutionPass;
import lobule.device.cuda.convolution.CudaConvolution;
import lobule.device.cuda.convolution.CudaConvolutionBackwardWeights;
import lobule.device.cuda.convolution.CudaTransposedConvolution;
import lobule.device.cuda.convolution.ForwardPass;
import lobule.device.cuda.convolution.OpGeometry;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.Staging;
import lobule.device.cuda.kernel.Kernels;
import lobule.device.cuda.library.Cudnn;
import lobule.device.cuda.loss.ClassWeights;
import lobule.device.cuda.loss.CudaSegmentationScore;
import lobule.device.cuda.loss.CudaSoftmaxCrossEntropy;
import lobule.device.cuda.loss.CudaSoftmaxCrossEntropyBackward;
import lobule.device.cuda.loss.CudaSoftmaxDice;
import lobule.device.cuda.loss.CudaSoftmaxDiceBackward;
import lobule.device.cuda.norm.CudaBatchRenorm;
import lobule.device.cuda.norm.CudaBatchRenormBackward;
import lobule.device.cuda.norm.CudaBatchRenormStatistics;
import lobule.device.cuda.norm.CudaDropout;
import lobule.device.cuda.norm.CudaEncoderOutput;
import lobule.device.cuda.norm.CudaEncoderOutputBackward;
import lobule.device.cuda.norm.CudaRunningStatistics;
import lobule.device.cuda.norm.CudnnBatchRenorm;
import lobule.device.cuda.norm.CudnnBatchRenormBackward;
import lobule.device.cuda.norm.CudnnDropout;
import lobule.device.cuda.options.CudnnOp;
import lobule.device.cuda.update.CudaAdam;
import lobule.device.cuda.update.CudaGradientNorm;
import lobule.device.cuda.update.CudaNesterovMomentum;
import lobule.device.cuda.voxels.CudaAdd;
import lobule.device.cuda.voxels.CudaCropConcatenate;
import lobule.device.cuda.voxels.CudaCropConcatenateBackward;
import lobule.device.cuda.voxels.CudaMaxPool;
import lobule.device.cuda.voxels.CudaMaxPoolBackward;
import lobule.device.cuda.voxels.CudnnPooling;
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
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/** The kernel of every op. */
final class OpKernels {
    private final CudaContext context;
    private final Staging staging;
    private final Kernels kernels;
    private final ConvolutionKernels convolutions;
    private final Cudnn cudnn;
    private final Set<CudnnOp> cudnnOps;

    /**
     * @param context  null where kernels are only prepared
     * @param staging  null there too; uploads what kernels hold for themselves
     * @param cudnn    null where {@code cudnnOps} is empty
     * @param cudnnOps taken from {@code cudnn} instead of the own kernels
     */
    OpKernels(CudaContext context, Staging staging, Kernels kernels, ConvolutionKernels convolutions, Cudnn cudnn,
              Set<CudnnOp> cudnnOps) {
        this.context = context;
        this.staging = staging;
        this.kernels = kernels;
        this.convolutions = convolutions;
        this.cudnn = cudnn;
        this.cudnnOps = cudnnOps;
    }

    Kernel kernel(Op op, List<TensorSpec> inputs, List<TensorSpec> states, List<TensorSpec> outputs) {
        Shape first = inputs.getFirst().shape();
        return switch (op) {
            case Convolution(boolean bias) -> {
                Kernel product = convolution(new ForwardPass(), op, inputs, states, outputs);
                yield bias ? new CudaConvolution(kernels, product) : product;
            }
            case ConvolutionBackwardData _ -> convolution(new BackwardDataPass(), op, inputs, states, outputs);
            case ConvolutionBackwardWeights(boolean bias) -> {
                Kernel product = convolution(new BackwardFilterPass(), op, inputs, states, outputs);
                yield bias ? new CudaConvolutionBackwardWeights(kernels, product, inputs.get(1).shape()) : product;
            }
            case TransposedConvolution(boolean concatenated) -> {
                Kernel product = convolution(new BackwardDataPass(), op, inputs, states, outputs);
                yield concatenated ? new CudaTransposedConvolution(context, product) : product;
            }
            case TransposedConvolutionBackwardData _ -> convolution(new ForwardPass(), op, inputs, states, outputs);
            case TransposedConvolutionBackwardWeights _ ->
                    convolution(new BackwardFilterPass(), op, inputs, states, outputs);
            case BatchRenormStatistics statistics -> new CudaBatchRenormStatistics(kernels, statistics, first);
            case RunningStatistics _ -> new CudaRunningStatistics(kernels);
            case BatchRenorm renorm -> normalisesByCudnn(renorm.dropout())
                    ? new CudnnBatchRenorm(kernels, cudnn, renorm, first) : new CudaBatchRenorm(kernels, renorm);
            case BatchRenormBackward backward -> backward.relu() && !backward.fixed()
                    && normalisesByCudnn(backward.dropout())
                    ? new CudnnBatchRenormBackward(kernels, cudnn, backward, first)
                    : new CudaBatchRenormBackward(context, kernels, backward, first);
            case MaxPool _ -> cudnnOps.contains(CudnnOp.POOL)
                    ? new CudnnPooling(cudnn, first, outputs.getFirst().shape(), false) : new CudaMaxPool(kernels);
            case MaxPoolBackward _ -> cudnnOps.contains(CudnnOp.POOL)
                    ? new CudnnPooling(cudnn, first, inputs.get(1).shape(), true) : new CudaMaxPoolBackward(kernels);
            case Dropout dropout -> cudnnOps.contains(CudnnOp.DROPOUT) ? new CudnnDropout(cudnn, dropout, first)
                    : new CudaDropout(kernels, dropout);
            case CropConcatenate _ -> new CudaCropConcatenate(kernels);
            case CropConcatenateBackward _ -> new CudaCropConcatenateBackward(kernels);
            case EncoderOutput output -> new CudaEncoderOutput(context, kernels, output);
            case EncoderOutputBackward backward ->
                    new CudaEncoderOutputBackward(context, kernels, backward, first);
            case Add _ -> new CudaAdd(kernels);
            case SoftmaxDice dice -> new CudaSoftmaxDice(kernels, dice, first);
            case SoftmaxDiceBackward(SoftmaxDice dice) -> new CudaSoftmaxDiceBackward(kernels, dice, first);
            case SoftmaxCrossEntropy entropy -> new CudaSoftmaxCrossEntropy(kernels, entropy, first, weights(entropy));
            case SoftmaxCrossEntropyBackward(SoftmaxCrossEntropy entropy) ->
                    new CudaSoftmaxCrossEntropyBackward(kernels, entropy, weights(entropy));
            case SegmentationScore score -> new CudaSegmentationScore(kernels, score, first);
            case GradientNorm _ -> new CudaGradientNorm(context, staging, kernels, inputs);
            case Adam adam -> new CudaAdam(context, staging, kernels, adam, inputs);
            case NesterovMomentum nesterov -> new CudaNesterovMomentum(context, staging, kernels, nesterov, inputs);
        };
    }

    /**
     * cuDNN has no dropout behind its normalisation, and no gradient but that over the batch's statistics, which cannot
     * be written over dy, which a ReLU's copy is.
     */
    private boolean normalisesByCudnn(Optional<Dropout> dropout) {
        return cudnnOps.contains(CudnnOp.NORM) && dropout.isEmpty();
    }

    private Kernel convolution(ConvolutionPass pass, Op op, List<TensorSpec> inputs, List<TensorSpec> states,
                               List<TensorSpec> outputs) {
        return convolutions.kernel(pass, OpGeometry.of(op, inputs, states, outputs).orElseThrow());
    }

    private ClassWeights weights(SoftmaxCrossEntropy op) {
        return context == null ? new ClassWeights() : new ClassWeights(context, staging, op.classWeights());
    }
}
