package lobule.device.cpu;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DIFF_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_diff_weights_md;

import lobule.device.Buffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Gradient of a convolution or transposed convolution by weight and bias. Workspace: this mini-batch's gradient of the
 * weight as oneDNN lays it out, that of the bias, scratchpad; from there they are written or added to the gradient
 * region.
 */
final class CpuConvolutionBackwardWeights implements Kernel {
    private final OneDnnScope scope;
    private final ConvolutionShape shape;
    private final dnnl_primitive_desc descriptor;
    private final dnnl_primitive primitive;
    private final PackedWeights weights;
    private final PackedWeights bias;
    private final long weightBytes;
    private final long biasBytes;

    CpuConvolutionBackwardWeights(OneDnn library, ConvolutionShape shape) {
        this.scope = new OneDnnScope(library);
        this.shape = shape;
        this.descriptor = shape.backwardWeights(scope);
        this.primitive = scope.primitive(descriptor);
        dnnl_memory_desc packed = scope.chosen(descriptor, dnnl_query_diff_weights_md);
        this.weights = new PackedWeights(scope, shape.rowMajorWeights(scope), packed);
        this.weightBytes = Buffer.aligned(dnnl_memory_desc_get_size(packed));
        this.biasBytes = shape.bias() ? Buffer.aligned(shape.destination().channels() * Float.BYTES) : 0;
        this.bias = shape.bias() ? new PackedWeights(scope, shape.biasLayout(scope), shape.biasLayout(scope)) : null;
    }

    @Override
    public long workspaceBytes() {
        return weightBytes + biasBytes + OneDnnCall.scratchpadBytes(descriptor, scope);
    }

    @Override
    public Launch bind(Operands operands) {
        long workspace = Memory.workspace(operands);
        long biasAddress = workspace + weightBytes;
        OneDnnCall.Builder call = new OneDnnCall.Builder("convolution backward weights " + shape, scope, primitive)
                .with(DNNL_ARG_SRC, shape.sourceLayout(scope), Memory.address(operands.input(0)))
                .with(DNNL_ARG_DIFF_DST, shape.destinationLayout(scope), Memory.address(operands.input(1)))
                .with(DNNL_ARG_DIFF_WEIGHTS, weights.layout(), workspace)
                .scratchpad(descriptor, biasAddress + biasBytes);
        if (shape.bias()) {
            call.with(DNNL_ARG_DIFF_BIAS, shape.biasLayout(scope), biasAddress);
        }
        Launch gradient = Memory.launch(null, call.build());
        Launch weight = deliver(weights, workspace, Memory.address(operands.state(0)));
        Launch shift = shape.bias() ? deliver(bias, biasAddress, Memory.address(operands.state(1))) : step -> {};
        return step -> {
            gradient.run(step);
            weight.run(step);
            shift.run(step);
        };
    }

    private static Launch deliver(PackedWeights from, long workspace, long gradient) {
        OneDnnCall write = from.unpack(workspace, gradient, false);
        OneDnnCall add = from.unpack(workspace, gradient, true);
        return step -> (step.accumulate ? add : write).run();
    }

    @Override
    public void close() {
        scope.close();
    }
}
