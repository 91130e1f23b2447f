package lobule.device.cpu.convolution;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_diff_weights_md;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lobule.device.Buffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cpu.machine.Memory;
import lobule.device.cpu.onednn.OneDnn;
import lobule.device.cpu.onednn.OneDnnCall;
import lobule.device.cpu.onednn.OneDnnScope;

/**
 * Gradient of a convolution or transposed convolution by weight and bias, slab by slab. Workspace: a slab's gradient of
 * the bias, that of the weight as oneDNN lays it out, scratchpad; from there they are written or added to the gradient
 * region.
 */
final class CpuConvolutionBackwardWeights implements Kernel {
    private final OneDnnScope scope;
    private final ConvolutionShape shape;
    private final List<ConvolutionSlab> slabs;
    private final Map<ConvolutionShape, SlabPrimitive> primitives;
    private final long biasBytes;

    CpuConvolutionBackwardWeights(OneDnn library, ConvolutionShape shape, List<ConvolutionSlab> slabs) {
        this.scope = new OneDnnScope(library);
        this.shape = shape;
        this.slabs = slabs;
        this.primitives = SlabPrimitive.prepare(scope, slabs, slab -> slab.backwardWeights(scope),
                dnnl_query_diff_weights_md);
        this.biasBytes = shape.bias() ? Buffer.aligned(shape.destination().channels() * Float.BYTES) : 0;
    }

    private static long weightBytes(SlabPrimitive primitive) {
        return Buffer.aligned(dnnl_memory_desc_get_size(primitive.weights().layout()));
    }

    @Override
    public long workspaceBytes() {
        return biasBytes + primitives.values().stream()
                .mapToLong(primitive -> weightBytes(primitive) + primitive.scratchpadBytes(scope)).max()
                .orElseThrow();
    }

    @Override
    public Launch bind(Operands operands) {
        long workspace = Memory.workspace(operands);
        long weight = Memory.address(operands.state(0));
        List<Launch> launches = new ArrayList<>();
        for (ConvolutionSlab slab : slabs) {
            boolean first = launches.isEmpty();
            OneDnnCall gradient = call(slab, operands);
            launches.add(step -> gradient.run());
            PackedWeights weights = primitives.get(slab.shape()).weights();
            launches.add(deliver(weights, workspace + biasBytes, weight, first));
            if (shape.bias()) {
                PackedWeights bias = new PackedWeights(scope, shape.biasLayout(scope), shape.biasLayout(scope));
                launches.add(deliver(bias, workspace, Memory.address(operands.state(1)), first));
            }
        }
        return Memory.inOrder(launches);
    }

    private OneDnnCall call(ConvolutionSlab slab, Operands operands) {
        SlabPrimitive primitive = primitives.get(slab.shape());
        long bias = Memory.workspace(operands);
        long weight = bias + biasBytes;
        OneDnnCall.Builder call = new OneDnnCall.Builder("convolution backward weights " + slab.shape(), scope,
                primitive.primitive())
                .with(DNNL_ARG_SRC, slab.shape().sourceLayout(scope),
                        Memory.address(operands.input(0)) + slab.sourceOffset())
                .with(DNNL_ARG_DIFF_DST, slab.shape().destinationLayout(scope),
                        Memory.address(operands.input(1)) + slab.destinationOffset())
                .with(DNNL_ARG_DIFF_WEIGHTS, primitive.weights().layout(), weight)
                .scratchpad(primitive.descriptor(), weight + weightBytes(primitive));
        if (shape.bias()) {
            call.with(DNNL_ARG_DIFF_BIAS, shape.biasLayout(scope), bias);
        }
        return call.build();
    }

    /** The first slab's gradient is added only where an earlier mini-batch's is there, that of the others always. */
    private static Launch deliver(PackedWeights from, long workspace, long gradient, boolean first) {
        OneDnnCall add = from.unpack(workspace, gradient, true);
        if (!first) {
            return step -> add.run();
        }
        OneDnnCall write = from.unpack(workspace, gradient, false);
        return step -> (step.accumulate ? add : write).run();
    }

    @Override
    public void close() {
        scope.close();
    }
}
