package lobule.device.cpu.convolution;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import lobule.device.cpu.onednn.OneDnnCall;
import lobule.device.cpu.onednn.OneDnnScope;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** A oneDNN convolution of one shape, and its weights or their gradient as it lays them out. */
record SlabPrimitive(dnnl_primitive_desc descriptor, dnnl_primitive primitive, PackedWeights weights) {

    /** One for each shape among the slabs. */
    static Map<ConvolutionShape, SlabPrimitive> prepare(OneDnnScope scope, List<ConvolutionSlab> slabs,
                                                        Function<ConvolutionShape, dnnl_primitive_desc> describe,
                                                        int weightsQuery) {
        Map<ConvolutionShape, SlabPrimitive> primitives = new HashMap<>();
        for (ConvolutionSlab slab : slabs) {
            primitives.computeIfAbsent(slab.shape(), shape -> {
                dnnl_primitive_desc descriptor = describe.apply(shape);
                return new SlabPrimitive(descriptor, scope.primitive(descriptor), new PackedWeights(scope,
                        shape.rowMajorWeights(scope), scope.chosen(descriptor, weightsQuery)));
            });
        }
        return primitives;
    }

    long scratchpadBytes(OneDnnScope scope) {
        return OneDnnCall.scratchpadBytes(descriptor, scope);
    }
}
