package lobule.device.cuda.convolution;

import java.util.List;
import java.util.Optional;
import lobule.op.Convolution;
import lobule.op.ConvolutionBackwardData;
import lobule.op.ConvolutionBackwardWeights;
import lobule.op.Op;
import lobule.op.TransposedConvolution;
import lobule.op.TransposedConvolutionBackwardData;
import lobule.op.TransposedConvolutionBackwardWeights;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/** The convolution behind an op. */
public final class OpGeometry {
    private OpGeometry() {}

    /** Empty for ops that are no pass of a convolution. */
    public static Optional<ConvolutionGeometry> of(Op op, List<TensorSpec> inputs, List<TensorSpec> states,
                                                   List<TensorSpec> outputs) {
        return switch (op) {
            case Convolution _ -> Optional.of(ConvolutionGeometry.convolution(
                    shape(inputs, 0), shape(inputs, 1), shape(outputs, 0)));
            case ConvolutionBackwardData _ -> Optional.of(ConvolutionGeometry.convolution(
                    shape(outputs, 0), shape(inputs, 1), shape(inputs, 0)));
            case ConvolutionBackwardWeights _ -> Optional.of(ConvolutionGeometry.convolution(
                    shape(inputs, 0), shape(states, 0), shape(inputs, 1)));
            case TransposedConvolution _ -> Optional.of(ConvolutionGeometry.transposed(
                    shape(inputs, 0), shape(inputs, 1), shape(outputs, 0)));
            case TransposedConvolutionBackwardData _ -> Optional.of(ConvolutionGeometry.transposed(
                    shape(outputs, 0), shape(inputs, 1), shape(inputs, 0)));
            case TransposedConvolutionBackwardWeights _ -> Optional.of(ConvolutionGeometry.transposed(
                    shape(inputs, 0), shape(states, 0), shape(inputs, 1)));
            default -> Optional.empty();
        };
    }

    private static Shape shape(List<TensorSpec> specs, int index) {
        return specs.get(index).shape();
    }
}
