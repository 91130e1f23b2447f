package lobule.device.cpu.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_data_type_undef;
import static org.bytedeco.dnnl.global.dnnl.dnnl_f32;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_strides;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_create_with_tag;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_memory_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_append_sum;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_post_ops_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_deterministic;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_post_ops;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_attr_set_scratchpad_mode;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_desc_query_md;
import static org.bytedeco.dnnl.global.dnnl.dnnl_primitive_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_reorder_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_scratchpad_mode_user;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_destroy;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.bytedeco.dnnl.dnnl_memory;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.bytedeco.dnnl.dnnl_primitive_desc;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.javacpp.Pointer;

/** The oneDNN objects of one kernel, destroyed in reverse order of their making. */
public final class OneDnnScope implements AutoCloseable {
    private final OneDnn library;
    private final Deque<Runnable> destroyers = new ArrayDeque<>();

    public OneDnnScope(OneDnn library) {
        this.library = library;
    }

    public OneDnn library() {
        return library;
    }

    /** Layout of a float32 tensor. */
    public dnnl_memory_desc descriptor(long[] sizes, int tag) {
        dnnl_memory_desc descriptor = new dnnl_memory_desc();
        OneDnn.check(dnnl_memory_desc_create_with_tag(descriptor, sizes.length, sizes, dnnl_f32, tag),
                "dnnl_memory_desc_create_with_tag", Arrays.toString(sizes));
        destroyers.push(() -> dnnl_memory_desc_destroy(descriptor));
        return descriptor;
    }

    /** The layout that a primitive chose for one of its operands; owned by the primitive's descriptor. */
    public dnnl_memory_desc chosen(dnnl_primitive_desc primitive, int query) {
        return dnnl_primitive_desc_query_md(primitive, query, 0);
    }

    /** Deterministic, with scratch memory given by the caller, so that the memory plan knows of it. */
    public dnnl_primitive_attr attributes() {
        dnnl_primitive_attr attributes = new dnnl_primitive_attr();
        OneDnn.check(dnnl_primitive_attr_create(attributes), "dnnl_primitive_attr_create", "a primitive");
        destroyers.push(() -> dnnl_primitive_attr_destroy(attributes));
        OneDnn.check(dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user),
                "dnnl_primitive_attr_set_scratchpad_mode", "user");
        OneDnn.check(dnnl_primitive_attr_set_deterministic(attributes, 1), "dnnl_primitive_attr_set_deterministic",
                true);
        return attributes;
    }

    /** As {@link #attributes()}; the result is added to what the destination holds. */
    public dnnl_primitive_attr addingAttributes() {
        dnnl_primitive_attr attributes = attributes();
        dnnl_post_ops sum = new dnnl_post_ops();
        OneDnn.check(dnnl_post_ops_create(sum), "dnnl_post_ops_create", "sum");
        destroyers.push(() -> dnnl_post_ops_destroy(sum));
        OneDnn.check(dnnl_post_ops_append_sum(sum, 1, 0, dnnl_data_type_undef), "dnnl_post_ops_append_sum", "sum");
        OneDnn.check(dnnl_primitive_attr_set_post_ops(attributes, sum), "dnnl_primitive_attr_set_post_ops", "sum");
        return attributes;
    }

    /** Layout of float32 matrices with given distances, in floats. */
    public dnnl_memory_desc strided(long[] sizes, long... strides) {
        dnnl_memory_desc descriptor = new dnnl_memory_desc();
        OneDnn.check(dnnl_memory_desc_create_with_strides(descriptor, sizes.length, sizes, dnnl_f32, strides),
                "dnnl_memory_desc_create_with_strides", Arrays.toString(sizes));
        destroyers.push(() -> dnnl_memory_desc_destroy(descriptor));
        return descriptor;
    }

    /** A stream of its own, for calls of another thread. */
    public dnnl_stream stream() {
        dnnl_stream stream = new dnnl_stream();
        OneDnn.check(dnnl_stream_create(stream, library.engine(), dnnl_stream_default_flags), "dnnl_stream_create",
                "cpu");
        destroyers.push(() -> dnnl_stream_destroy(stream));
        return stream;
    }

    /** Takes ownership of a primitive's descriptor, just created. */
    public dnnl_primitive_desc own(dnnl_primitive_desc descriptor) {
        destroyers.push(() -> dnnl_primitive_desc_destroy(descriptor));
        return descriptor;
    }

    /** Copies from one layout to another. */
    public dnnl_primitive_desc reorder(dnnl_memory_desc from, dnnl_memory_desc to, dnnl_primitive_attr attributes) {
        dnnl_primitive_desc descriptor = new dnnl_primitive_desc();
        OneDnn.check(dnnl_reorder_primitive_desc_create(descriptor, from, library.engine(), to, library.engine(),
                attributes), "dnnl_reorder_primitive_desc_create", "weights");
        return own(descriptor);
    }

    public dnnl_primitive primitive(dnnl_primitive_desc descriptor) {
        dnnl_primitive primitive = new dnnl_primitive();
        OneDnn.check(dnnl_primitive_create(primitive, descriptor), "dnnl_primitive_create", "a primitive");
        destroyers.push(() -> dnnl_primitive_destroy(primitive));
        return primitive;
    }

    /** A layout at an address. */
    dnnl_memory memory(dnnl_memory_desc descriptor, long address) {
        dnnl_memory memory = new dnnl_memory();
        OneDnn.check(dnnl_memory_create(memory, descriptor, library.engine(), new Address(address)),
                "dnnl_memory_create", "address " + address);
        destroyers.push(() -> dnnl_memory_destroy(memory));
        return memory;
    }

    /** A bare address as JavaCPP wants it. */
    private static final class Address extends Pointer {
        Address(long address) {
            this.address = address;
        }
    }

    @Override
    public void close() {
        destroyers.forEach(Runnable::run);
        destroyers.clear();
    }
}
