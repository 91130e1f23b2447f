package lobule.device.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Convolution or transposed convolution forward, or its gradient by the input: each reads an activation and the weights
 * and writes an activation. Workspace: packed weights, scratchpad.
 */
final class CpuConvolution implements Kernel {
    private final OneDnnScope scope;
    private final ConvolutionShape shape;
    private final boolean backward;
    private final dnnl_primitive_desc descriptor;
    private final dnnl_primitive primitive;
    private final PackedWeights weights;

    private CpuConvolution(OneDnn library, ConvolutionShape shape, boolean backward) {
        this.scope = new OneDnnScope(library);
        this.shape = shape;
        this.backward = backward;
        this.descriptor = backward ? shape.backwardData(scope) : shape.forward(scope);
        this.primitive = scope.primitive(descriptor);
        this.weights = new PackedWeights(scope, shape.rowMajorWeights(scope),
                scope.chosen(descriptor, dnnl_query_weights_md));
    }

    static CpuConvolution forward(OneDnn library, ConvolutionShape shape) {
        return new CpuConvolution(library, shape, false);
    }

    static CpuConvolution backwardData(OneDnn library, ConvolutionShape shape) {
        return new CpuConvolution(library, shape, true);
    }

    @Override
    public long workspaceBytes() {
        return weights.bytes() + OneDnnCall.scratchpadBytes(descriptor, scope);
    }

    @Override
    public Launch bind(Operands operands) {
        long workspace = Memory.workspace(operands);
        long weight = Memory.address(operands.input(1));
        long read = Memory.address(operands.input(0));
        long written = Memory.address(operands.output(0));
        String name = (backward ? "convolution backward data " : "convolution ") + shape;
        OneDnnCall.Builder call = new OneDnnCall.Builder(name, scope, primitive)
                .with(backward ? DNNL_ARG_DIFF_SRC : DNNL_ARG_SRC, shape.sourceLayout(scope), backward ? written : read)
                .with(DNNL_ARG_WEIGHTS, weights.layout(), weights.address(weight, workspace))
                .with(backward ? DNNL_ARG_DIFF_DST : DNNL_ARG_DST, shape.destinationLayout(scope),
                        backward ? read : written)
                .scratchpad(descriptor, workspace + weights.bytes());
        if (shape.bias()) {
            call.with(DNNL_ARG_BIAS, shape.biasLayout(scope), Memory.address(operands.input(2)));
        }
        return Memory.launch(weights.pack(weight, workspace), call.build());
    }

    @Override
    public void close() {
        scope.close();
    }
}
