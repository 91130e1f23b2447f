package lobule.verification;

import java.util.List;
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

    /** Those of the 3D network at 32 base channels and an output of 60 x 60 x 52 that differ most, largest last. */
    public static List<ConvolutionLayer> full() {
        return List.of(
                new ConvolutionLayer("encoder.3.conv2", Shape.of(1, 256, 12, 12, 11), Shape.of(512, 256, 3, 3, 3),
                        false),
                new ConvolutionLayer("decoder.2.up", Shape.of(1, 512, 10, 10, 9), Shape.of(512, 512, 2, 2, 2), true),
                new ConvolutionLayer("decoder.0.up", Shape.of(1, 128, 32, 32, 28), Shape.of(128, 128, 2, 2, 2), true),
                new ConvolutionLayer("head", Shape.of(1, 64, 60, 60, 52), Shape.of(2, 64, 1, 1, 1), false),
                new ConvolutionLayer("decoder.0.conv1", Shape.of(1, 192, 64, 64, 56), Shape.of(64, 192, 3, 3, 3),
                        false),
                new ConvolutionLayer("encoder.0.conv1", Shape.of(1, 1, 148, 148, 140), Shape.of(32, 1, 3, 3, 3), false),
                new ConvolutionLayer("encoder.0.conv2", Shape.of(1, 32, 146, 146, 138), Shape.of(64, 32, 3, 3, 3),
                        false));
    }
}
