package lobule.device.cpu.convolution;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cpu.machine.Memory;
import lobule.device.cpu.onednn.OneDnn;
import lobule.device.cpu.onednn.OneDnnCall;
import lobule.device.cpu.onednn.OneDnnScope;

/**
 * Convolution or transposed convolution forward, or its gradient by the input: each reads an activation and the weights
 * and writes an activation, slab by slab. Workspace: packed weights, scratchpad.
 */
final class CpuConvolution implements Kernel {
    private final OneDnnScope scope;
    private final boolean backward;
    private final List<ConvolutionSlab> slabs;
    private final Map<ConvolutionShape, SlabPrimitive> primitives;

    /** @param backward the gradient by the input; slabs are of what is written */
    CpuConvolution(OneDnn library, List<ConvolutionSlab> slabs, boolean backward) {
        this.scope = new OneDnnScope(library);
        this.backward = backward;
        this.slabs = slabs;
        this.primitives = SlabPrimitive.prepare(scope, slabs,
                shape -> backward ? shape.backwardData(scope) : shape.forward(scope), dnnl_query_weights_md);
    }

    @Override
    public long workspaceBytes() {
        return primitives.values().stream()
                .mapToLong(primitive -> primitive.weights().bytes() + primitive.scratchpadBytes(scope)).max()
                .orElseThrow();
    }

    @Override
    public Launch bind(Operands operands) {
        long workspace = Memory.workspace(operands);
        long weight = Memory.address(operands.input(1));
        List<Launch> launches = new ArrayList<>();
        PackedWeights packed = null;
        for (ConvolutionSlab slab : slabs) {
            PackedWeights weights = primitives.get(slab.shape()).weights();
            // oneDNN may want another layout for slabs of another height
            if (packed == null || !weights.sameLayout(packed)) {
                weights.pack(weight, workspace).ifPresent(call -> launches.add(step -> call.run()));
                packed = weights;
            }
            OneDnnCall call = call(slab, operands);
            launches.add(step -> call.run());
        }
        return Memory.inOrder(launches);
    }

    private OneDnnCall call(ConvolutionSlab slab, Operands operands) {
        ConvolutionShape shape = slab.shape();
        SlabPrimitive primitive = primitives.get(shape);
        PackedWeights weights = primitive.weights();
        long workspace = Memory.workspace(operands);
        long read = Memory.address(operands.input(0));
        long written = Memory.address(operands.output(0));
        String name = (backward ? "convolution backward data " : "convolution ") + shape;
        OneDnnCall.Builder call = new OneDnnCall.Builder(name, scope, primitive.primitive())
                .with(backward ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, shape.sourceLayout(scope),
                        (backward ? written : read) + slab.sourceOffset())
                .with(DNNL_ARG_WEIGHTS, weights.layout(),
                        weights.address(Memory.address(operands.input(1)), workspace))
                .with(backward ? DNNL_ARG_DIFF_DST : DNNL_ARG_DST, shape.destinationLayout(scope),
                        (backward ? read : written) + slab.destinationOffset())
                .scratchpad(primitive.descriptor(), workspace + weights.bytes());
        if (shape.bias()) {
            call.with(DNNL_ARG_BIAS, shape.biasLayout(scope), Memory.address(operands.input(2)));
        }
        return call.build();
    }

    @Override
    public void close() {
        scope.close();
    }
}
