package lobule.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lobule.tensor.Shape;
import org.junit.jupiter.api.Test;

/** The layers of the self-test are those of the network it is for. */
class ConvolutionLayerTest {

    @Test
    void fullLayersAreTheNetworks() {
        List<ConvolutionLayer> layers = ConvolutionLayer.full();
        assertEquals(8 + 3 + 6 + 1, layers.size());
        assertTrue(layers.contains(new ConvolutionLayer("encoder.0.conv1", Shape.of(1, 1, 148, 148, 140),
                Shape.of(32, 1, 3, 3, 3), false)), layers::toString);
        assertTrue(layers.contains(new ConvolutionLayer("encoder.3.conv2", Shape.of(1, 256, 13, 13, 12),
                Shape.of(512, 256, 3, 3, 3), false)), layers::toString);
        assertTrue(layers.contains(new ConvolutionLayer("decoder.2.up", Shape.of(1, 512, 11, 11, 10),
                Shape.of(512, 512, 2, 2, 2), true)), layers::toString);
        assertTrue(layers.contains(new ConvolutionLayer("decoder.0.conv1", Shape.of(1, 192, 64, 64, 56),
                Shape.of(64, 192, 3, 3, 3), false)), layers::toString);
        assertTrue(layers.contains(new ConvolutionLayer("head", Shape.of(1, 64, 60, 60, 52), Shape.of(2, 64, 1, 1, 1),
                false)), layers::toString);
    }

    /** The forward pass of the network at that size is 1.016 TFLOP. */
    @Test
    void togetherTheyAreTheForwardPass() {
        double flop = ConvolutionLayer.full().stream().mapToDouble(layer -> 2.0 * layer.weight().elements()
                * (layer.transposed() ? layer.x().voxels() : voxels(layer))).sum();
        assertEquals(1.016e12, flop, 0.001e12);
    }

    private static double voxels(ConvolutionLayer layer) {
        double voxels = 1;
        for (int axis = 0; axis < 3; axis++) {
            voxels *= layer.x().spatial(axis) - layer.weight().spatial(axis) + 1;
        }
        return voxels;
    }
}
