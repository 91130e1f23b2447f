package lobule.device.cpu.onednn;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_get_size;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_execute;
import static org.bytedeco.dnnl.global.dnnl.dnnl_query_scratchpad_md;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;

/** A oneDNN primitive with its arguments, ready to run; running allocates nothing. */
public final class OneDnnCall {
    private final String name;
    private final dnnl_primitive primitive;
    private final dnnl_stream stream;
    private final dnnl_exec_arg_t arguments;
    private final int count;
    /** Kept from the garbage collector while the call may run. */
    private final List<dnnl_memory> memories;

    private OneDnnCall(Builder builder) {
        this.name = builder.name;
        this.primitive = builder.primitive;
        this.stream = builder.stream;
        this.count = builder.keys.size();
        this.memories = List.copyOf(builder.memories);
        this.arguments = new dnnl_exec_arg_t(count);
        for (int i = 0; i < count; i++) {
            arguments.getPointer(i).arg(builder.keys.get(i)).memory(memories.get(i));
        }
    }

    /** Bytes of scratch memory that a primitive needs. */
    public static long scratchpadBytes(dnnl_primitive_desc descriptor, OneDnnScope scope) {
        return dnnl_memory_desc_get_size(scope.chosen(descriptor, dnnl_query_scratchpad_md));
    }

    public void run() {
        OneDnn.check(dnnl_primitive_execute(primitive, stream, count, arguments), "dnnl_primitive_execute", name);
    }

    /** Collects arguments. */
    public static final class Builder {
        private final String name;
        private final OneDnnScope scope;
        private final dnnl_primitive primitive;
        private final List<Integer> keys = new ArrayList<>();
        private final List<dnnl_memory> memories = new ArrayList<>();
        private dnnl_stream stream;

        public Builder(String name, OneDnnScope scope, dnnl_primitive primitive) {
            this.name = name;
            this.scope = scope;
            this.primitive = primitive;
            this.stream = scope.library().stream();
        }

        /** Instead of the library's own, which is the device's thread's. */
        public Builder on(dnnl_stream other) {
            stream = other;
            return this;
        }

        public Builder with(int key, dnnl_memory_desc layout, long address) {
            keys.add(key);
            memories.add(scope.memory(layout, address));
            return this;
        }

        public Builder scratchpad(dnnl_primitive_desc descriptor, long address) {
            return with(DNNL_ARG_SCRATCHPAD, scope.chosen(descriptor, dnnl_query_scratchpad_md), address);
        }

        public OneDnnCall build() {
            return new OneDnnCall(this);
        }
    }
}
