package lobule.device.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/** Gradient of a convolution or transposed convolution by its input. Workspace: packed weights, scratchpad. */
final class CpuConvolutionBackwardData implements Kernel {
    private final OneDnnScope scope;
    private final ConvolutionShape shape;
    private final dnnl_primitive_desc descriptor;
    private final dnnl_primitive primitive;
    private final PackedWeights weights;

    CpuConvolutionBackwardData(OneDnn library, ConvolutionShape shape) {
        this.scope = new OneDnnScope(library);
        this.shape = shape;
        this.descriptor = shape.backwardData(scope);
        this.primitive = scope.primitive(descriptor);
        this.weights = new PackedWeights(scope, shape.rowMajorWeights(scope),
                scope.chosen(descriptor, dnnl_query_weights_md));
    }

    @Override
    public long workspaceBytes() {
        return weights.bytes() + OneDnnCall.scratchpadBytes(descriptor, scope);
    }

    @Override
    public Launch bind(Operands operands) {
        long workspace = Memory.workspace(operands);
        long weight = Memory.address(operands.input(1));
        OneDnnCall call = new OneDnnCall.Builder("convolution backward data " + shape, scope, primitive)
                .with(DNNL_ARG_DIFF_DST, shape.destinationLayout(scope), Memory.address(operands.input(0)))
                .with(DNNL_ARG_WEIGHTS, weights.layout(), weights.address(weight, workspace))
                .with(DNNL_ARG_DIFF_SRC, shape.sourceLayout(scope), Memory.address(operands.output(0)))
                .scratchpad(descriptor, workspace + weights.bytes()).build();
        return Memory.launch(weights.pack(weight, workspace), call);
    }

    @Override
    public void close() {
        scope.close();
    }
}
