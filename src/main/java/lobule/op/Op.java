package lobule.op;

import java.util.List;
import lobule.tensor.TensorSpec;

/**
 * One operation: a record of its attributes. A node applies it to inputs (only read), states (read and updated in
 * place: running statistics, parameter gradients, optimiser moments, parameters) and outputs (written whole).
 *
 * <p>Each device maps every op to a kernel in one exhaustive switch, so a new op does not compile until all have it.
 */
public sealed interface Op
        permits Add, Adam, BatchRenorm, BatchRenormBackward, BatchRenormStatistics, Convolution,
                ConvolutionBackwardData, ConvolutionBackwardWeights, CropConcatenate,
                CropConcatenateBackward, Dropout, EncoderOutput, EncoderOutputBackward, GradientNorm,
                MaxPool, MaxPoolBackward, NesterovMomentum,
                RunningStatistics, SegmentationScore, SoftmaxCrossEntropy, SoftmaxCrossEntropyBackward,
                SoftmaxDice, SoftmaxDiceBackward, TransposedConvolution, TransposedConvolutionBackwardData,
                TransposedConvolutionBackwardWeights {

    /**
     * Checks the operands and gives the outputs' specs.
     *
     * @throws IllegalArgumentException naming the op, the operand and what it should be
     */
    List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states);

    /** Refuses operands that do not agree with {@link #outputs}. */
    default void check(List<TensorSpec> inputs, List<TensorSpec> states, List<TensorSpec> outputs) {
        List<TensorSpec> expected = outputs(inputs, states);
        if (!outputs.equals(expected)) {
            throw new IllegalArgumentException(label() + ": outputs are " + outputs + ", expected " + expected);
        }
    }

    /**
     * Inputs whose memory the first output may be given, best first, where nothing reads them later. A kernel then
     * finds both tensors at one address, and its results must be the same as with memory of their own.
     */
    default List<Integer> overwritableInputs() {
        return List.of();
    }

    /** The op's name in profiles and messages. */
    default String label() {
        return getClass().getSimpleName();
    }
}
