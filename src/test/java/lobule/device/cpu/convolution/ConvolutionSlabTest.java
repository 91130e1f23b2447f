package lobule.device.cpu.convolution;

import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_impl_info_str;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import lobule.device.cpu.onednn.OneDnn;
import lobule.device.cpu.onednn.OneDnnScope;
import lobule.tensor.Shape;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Slabs are few, within the limit, cover what they write once, and get oneDNN's fast code. */
class ConvolutionSlabTest {

    private static ConvolutionShape convolution(Shape x, long outputs) {
        Shape y = x.withChannels(outputs);
        for (int axis = 0; axis < x.spatialRank(); axis++) {
            y = y.withSpatial(axis, x.spatial(axis) - 2);
        }
        Shape weight = x.withBatch(outputs);
        for (int axis = 0; axis < x.spatialRank(); axis++) {
            weight = weight.withSpatial(axis, 3);
        }
        return new ConvolutionShape(x, weight, y, false, false);
    }

    private static List<Long> depths(Stream<Shape> shapes) {
        return shapes.map(shape -> shape.spatial(0)).toList();
    }

    @Test
    void whatFitsIsNotCut() {
        ConvolutionShape whole = convolution(Shape.of(2, 64, 98, 200, 200), 64);
        List<ConvolutionSlab> expected = List.of(new ConvolutionSlab(whole, 0, 0));
        assertEquals(expected, ConvolutionSlab.byDestination(whole, DirectConvolutions.LARGEST_BYTES));
        assertEquals(expected, ConvolutionSlab.bySource(whole, DirectConvolutions.LARGEST_BYTES));
    }

    /** The first level of patch 124x124x116. */
    @Test
    void theLargestVolumeIsCutInTwo() {
        ConvolutionShape whole = convolution(Shape.of(1, 32, 210, 210, 202), 64);
        List<ConvolutionSlab> slabs = ConvolutionSlab.byDestination(whole, DirectConvolutions.LARGEST_BYTES);
        assertEquals(List.of(104L, 104L), depths(slabs.stream().map(slab -> slab.shape().destination())));
        assertEquals(List.of(106L, 106L), depths(slabs.stream().map(slab -> slab.shape().source())));
        assertEquals(104L * 210 * 202 * 32 * Float.BYTES, slabs.get(1).sourceOffset());
        assertEquals(104L * 208 * 200 * 64 * Float.BYTES, slabs.get(1).destinationOffset());
        assertEquals(1, slabs.stream().map(ConvolutionSlab::shape).distinct().count());
    }

    @Test
    void gradientsByTheInputReadNoRowThatIsNotThere() {
        ConvolutionShape whole = convolution(Shape.of(2, 16, 7, 5, 5), 16);
        List<ConvolutionSlab> slabs = ConvolutionSlab.bySource(whole, 5 * 16 * 5 * 5 * Float.BYTES);
        assertEquals(List.of(3L, 3L, 1L, 3L, 3L, 1L), depths(slabs.stream().map(slab -> slab.shape().source())));
        assertEquals(List.of(3L, 4L, 1L, 3L, 4L, 1L), depths(slabs.stream().map(slab -> slab.shape().destination())));
        assertEquals(List.of(0L, 2L, 2L, 0L, 2L, 2L), slabs.stream().map(slab -> slab.shape().front()).toList());
        assertEquals(List.of(2L, 1L, 0L, 2L, 1L, 0L), slabs.stream().map(slab -> slab.shape().back()).toList());
    }

    @Test
    void samplesThatFitAreNotCut() {
        ConvolutionShape whole = convolution(Shape.of(3, 16, 7, 5), 16);
        List<ConvolutionSlab> slabs = ConvolutionSlab.byDestination(whole, 7 * 5 * 16 * Float.BYTES);
        assertEquals(List.of(5L, 5L, 5L), depths(slabs.stream().map(slab -> slab.shape().destination())));
        assertTrue(slabs.stream().allMatch(slab -> slab.shape().source().batch() == 1));
    }

    @Test
    void rowsOfATransposedConvolutionStayTogether() {
        ConvolutionShape whole = new ConvolutionShape(Shape.of(1, 128, 5, 4, 4), Shape.of(128, 64, 2, 2, 2),
                Shape.of(1, 64, 10, 8, 8), true, false);
        long rowBytes = 128 * 8 * 8 * Float.BYTES;
        List<ConvolutionSlab> slabs = ConvolutionSlab.bySource(whole, 5 * rowBytes);
        assertEquals(List.of(2L, 2L, 1L), depths(slabs.stream().map(slab -> slab.shape().source())));
        assertEquals(List.of(4L, 4L, 2L), depths(slabs.stream().map(slab -> slab.shape().destination())));
        assertEquals(slabs, ConvolutionSlab.byDestination(whole, 5 * rowBytes));
    }

    static Stream<ConvolutionShape> beyondTwoGibibytes() {
        return Stream.of(convolution(Shape.of(1, 32, 210, 210, 202), 64),
                convolution(Shape.of(1, 64, 209, 209, 209), 64), convolution(Shape.of(1, 192, 150, 151, 149), 64),
                convolution(Shape.of(1, 1, 301, 302, 299), 32), convolution(Shape.of(5, 64, 140, 141, 139), 64),
                convolution(Shape.of(1, 64, 3301, 2803), 64),
                new ConvolutionShape(Shape.of(1, 128, 101, 103, 99), Shape.of(128, 128, 2, 2, 2),
                        Shape.of(1, 128, 202, 206, 198), true, false),
                new ConvolutionShape(Shape.of(1, 256, 64, 64, 64), Shape.of(256, 128, 2, 2, 2),
                        Shape.of(1, 128, 128, 128, 128), true, false));
    }

    /** Asks oneDNN what it would take; no tensor exists. */
    @ParameterizedTest
    @MethodSource("beyondTwoGibibytes")
    void slabsTakeTheKernelOfSmallConvolutions(ConvolutionShape whole) {
        long largest = DirectConvolutions.LARGEST_BYTES;
        ConvolutionShape small = ConvolutionSlab.byDestination(whole, 1).getFirst().shape();
        List<ConvolutionSlab> byDestination = ConvolutionSlab.byDestination(whole, largest);
        assertTrue(byDestination.size() > 1);
        try (OneDnn library = OneDnn.load(2); OneDnnScope scope = new OneDnnScope(library)) {
            for (ConvolutionSlab slab : byDestination) {
                assertEquals(kernel(small.forward(scope)), kernel(slab.shape().forward(scope)));
                assertEquals(kernel(small.backwardWeights(scope)), kernel(slab.shape().backwardWeights(scope)));
            }
            for (ConvolutionSlab slab : ConvolutionSlab.bySource(whole, largest)) {
                assertEquals(kernel(small.backwardData(scope)), kernel(slab.shape().backwardData(scope)));
            }
        }
    }

    private static String kernel(dnnl_primitive_desc primitive) {
        try (PointerPointer<BytePointer> name = new PointerPointer<>(1)) {
            OneDnn.check(dnnl_primitive_desc_query(primitive, dnnl_query_impl_info_str, 0, name),
                    "dnnl_primitive_desc_query", "the kernel's name");
            return name.get(BytePointer.class).getString();
        }
    }
}
