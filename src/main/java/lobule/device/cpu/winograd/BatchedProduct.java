package lobule.device.cpu.winograd;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_matmul_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_weights_md;

import lobule.device.cpu.onednn.OneDnn;
import lobule.device.cpu.onednn.OneDnnCall;
import lobule.device.cpu.onednn.OneDnnScope;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * Products of as many matrices as there are frequencies, each run by one thread alone, so that all threads can work on
 * products of their own.
 */
final class BatchedProduct {
    private final OneDnnScope scope;
    private final dnnl_memory_desc left;
    private final dnnl_memory_desc right;
    private final dnnl_memory_desc result;
    private final long scratchpadBytes;
    private final dnnl_primitive_desc descriptor;
    private final dnnl_primitive primitive;

    /**
     * @param rightGiven as laid out, or left to oneDNN
     * @param adding     whether results are added to what is there
     */
    BatchedProduct(OneDnnScope scope, dnnl_memory_desc left, dnnl_memory_desc rightGiven, dnnl_memory_desc result,
                   boolean adding) {
        this.scope = scope;
        this.left = left;
        this.result = result;
        this.descriptor = new dnnl_primitive_desc();
        dnnl_primitive_attr attributes = adding ? scope.addingAttributes() : scope.attributes();
        OneDnn.check(dnnl_matmul_primitive_desc_create(descriptor, scope.library().engine(), left, rightGiven, null,
                result, attributes), "dnnl_matmul_primitive_desc_create", "a batch of products");
        scope.own(descriptor);
        this.primitive = scope.primitive(descriptor);
        this.right = scope.chosen(descriptor, dnnl_query_weights_md);
        this.scratchpadBytes = OneDnnCall.scratchpadBytes(descriptor, scope);
    }

    /** How the right matrices are laid out. */
    dnnl_memory_desc right() {
        return right;
    }

    /** Of all the right matrices. */
    long rightBytes() {
        return dnnl_memory_desc_get_size(right);
    }

    long scratchpadBytes() {
        return scratchpadBytes;
    }

    /** The product of one thread's matrices. */
    OneDnnCall call(long leftAddress, long rightAddress, long resultAddress, long scratchpad) {
        return new OneDnnCall.Builder("a batch of products", scope, primitive).on(scope.stream())
                .with(DNNL_ARG_SRC, left, leftAddress)
                .with(DNNL_ARG_WEIGHTS, right(), rightAddress)
                .with(DNNL_ARG_DST, result, resultAddress)
                .scratchpad(descriptor, scratchpad).build();
    }
}
