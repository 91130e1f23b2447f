package lobule.graph;

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
import lobule.op.RunningStatistics;
import lobule.op.SegmentationScore;
import lobule.op.SoftmaxCrossEntropy;
import lobule.op.SoftmaxCrossEntropyBackward;
import lobule.op.SoftmaxDice;
import lobule.op.SoftmaxDiceBackward;
import lobule.op.TransposedConvolution;
import lobule.op.TransposedConvolutionBackwardData;
import lobule.op.TransposedConvolutionBackwardWeights;
import lobule.op.Value;
import lobule.tensor.Shape;

/**
 * Floating-point operations, a multiplication and an addition being two. Only passes of convolutions are counted: the
 * rest is bound by memory and less than a hundredth of a U-Net's step.
 */
public final class ArithmeticCost {
    private ArithmeticCost() {}

    /** All nodes run once: a training step of one mini-batch, or a prediction. */
    public static long flop(Graph graph) {
        return graph.nodes().stream().mapToLong(ArithmeticCost::flop).reduce(0, Math::addExact);
    }

    /** Of one run of a node; 0 where it is no pass of a convolution. */
    public static long flop(Node node) {
        return switch (node.op()) {
            case Convolution _ -> passes(node.inputs().get(1), node.outputs().get(0));
            case ConvolutionBackwardData _ -> passes(node.inputs().get(1), node.inputs().get(0));
            case ConvolutionBackwardWeights _ -> passes(node.states().get(0), node.inputs().get(1));
            case TransposedConvolution _ -> passes(node.inputs().get(1), node.inputs().get(0));
            case TransposedConvolutionBackwardData _ -> passes(node.inputs().get(1), node.outputs().get(0));
            case TransposedConvolutionBackwardWeights _ -> passes(node.states().get(0), node.inputs().get(0));
            case Add _, Adam _, BatchRenorm _, BatchRenormBackward _, BatchRenormStatistics _, CropConcatenate _,
                    CropConcatenateBackward _, Dropout _, EncoderOutput _, EncoderOutputBackward _, GradientNorm _,
                    MaxPool _, MaxPoolBackward _, NesterovMomentum _, RunningStatistics _, SegmentationScore _,
                    SoftmaxCrossEntropy _, SoftmaxCrossEntropyBackward _, SoftmaxDice _, SoftmaxDiceBackward _ -> 0;
        };
    }

    /**
     * Each weight is multiplied once for each position of its kernel.
     *
     * @param positions the tensor with one voxel a position: a convolution's output, a transposed one's input
     */
    private static long passes(Value weight, Value positions) {
        Shape shape = positions.spec().shape();
        return Math.multiplyExact(2 * weight.spec().shape().elements(),
                Math.multiplyExact(shape.batch(), shape.voxels()));
    }
}
