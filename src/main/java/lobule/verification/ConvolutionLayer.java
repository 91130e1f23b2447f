package lobule.verification;

import java.util.List;
import lobule.graph.Node;
import lobule.nn.UNet;
import lobule.nn.UNetConfig;
import lobule.op.Convolution;
import lobule.op.TransposedConvolution;
import lobule.tensor.Shape;

/**
 * A convolution of the network, to be tried by itself.
 *
 * @param name       where in the network
 * @param x          (N, Ci, D, H, W) or (N, Ci, H, W)
 * @param weight     (Co, Ci, k, k, k), transposed (Ci, Co, k, k, k)
 * @param transposed whether it is an up-convolution with stride k
 */
public record ConvolutionLayer(String name, Shape x, Shape weight, boolean transposed) {

    /** One of each kind, small, in 3D and 2D. */
    public static List<ConvolutionLayer> small() {
        return List.of(
                new ConvolutionLayer("small 3D", Shape.of(1, 8, 12, 13, 14), Shape.of(16, 8, 3, 3, 3), false),
                new ConvolutionLayer("small 3D up", Shape.of(1, 16, 5, 6, 7), Shape.of(16, 16, 2, 2, 2), true),
                new ConvolutionLayer("small 3D head", Shape.of(1, 16, 9, 8, 7), Shape.of(2, 16, 1, 1, 1), false),
                new ConvolutionLayer("small 2D", Shape.of(1, 8, 33, 34), Shape.of(16, 8, 3, 3), false),
                new ConvolutionLayer("small 2D up", Shape.of(1, 16, 11, 13), Shape.of(16, 16, 2, 2), true));
    }

    /** All of the 3D network at 32 base channels and an output of 60 x 60 x 52, in its order. */
    public static List<ConvolutionLayer> full() {
        return of(UNetConfig.of(3, 1, 2, 32, 0), Shape.of(1, 2, 60, 60, 52));
    }

    /** All of a network, in its order; its logits have this shape. */
    static List<ConvolutionLayer> of(UNetConfig config, Shape output) {
        return UNet.prediction(config, output).graph().nodes().stream()
                .filter(node -> node.op() instanceof Convolution || node.op() instanceof TransposedConvolution)
                .map(ConvolutionLayer::of).toList();
    }

    private static ConvolutionLayer of(Node node) {
        return new ConvolutionLayer(node.name(), node.inputs().get(0).spec().shape(),
                node.inputs().get(1).spec().shape(), node.op() instanceof TransposedConvolution);
    }
}
