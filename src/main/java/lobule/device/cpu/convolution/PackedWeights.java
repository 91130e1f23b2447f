package lobule.device.cpu.convolution;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_equal;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;

import java.util.Optional;
import lobule.device.Buffer;
import lobule.device.cpu.onednn.OneDnnCall;
import lobule.device.cpu.onednn.OneDnnScope;
import org.bytedeco.dnnl.dnnl_memory_desc;

/**
 * The weights of a convolution in the layout that oneDNN chose for it, made anew in the workspace for each launch:
 * forward and backward want different ones, and copying costs a thousandth of the convolution.
 */
final class PackedWeights {
    private final OneDnnScope scope;
    private final dnnl_memory_desc rowMajor;
    private final dnnl_memory_desc packed;
    private final boolean same;

    PackedWeights(OneDnnScope scope, dnnl_memory_desc rowMajor, dnnl_memory_desc packed) {
        this.scope = scope;
        this.rowMajor = rowMajor;
        this.packed = packed;
        this.same = dnnl_memory_desc_equal(rowMajor, packed) != 0;
    }

    /** Workspace bytes; 0 where the row-major weights serve as they are. */
    long bytes() {
        return same ? 0 : Buffer.aligned(dnnl_memory_desc_get_size(packed));
    }

    dnnl_memory_desc layout() {
        return packed;
    }

    /** Where the convolution finds its weights. */
    long address(long parameter, long workspace) {
        return same ? parameter : workspace;
    }

    /** Fills the packed weights from the parameter; empty where the row-major weights serve as they are. */
    Optional<OneDnnCall> pack(long parameter, long workspace) {
        return same ? Optional.empty() : Optional.of(reorder(rowMajor, parameter, packed, workspace, false));
    }

    boolean sameLayout(PackedWeights other) {
        return dnnl_memory_desc_equal(packed, other.packed) != 0;
    }

    /** Writes packed weights to the parameter's order, or adds them to what is there. */
    OneDnnCall unpack(long workspace, long parameter, boolean add) {
        return reorder(packed, workspace, rowMajor, parameter, add);
    }

    private OneDnnCall reorder(dnnl_memory_desc from, long source, dnnl_memory_desc to, long destination, boolean add) {
        var descriptor = scope.reorder(from, to, add ? scope.addingAttributes() : scope.attributes());
        if (OneDnnCall.scratchpadBytes(descriptor, scope) != 0) {
            throw new IllegalStateException("a oneDNN reorder of weights wants scratch memory, which is not planned");
        }
        return new OneDnnCall.Builder("reorder of weights", scope, scope.primitive(descriptor))
                .with(DNNL_ARG_FROM, from, source).with(DNNL_ARG_TO, to, destination).build();
    }
}
