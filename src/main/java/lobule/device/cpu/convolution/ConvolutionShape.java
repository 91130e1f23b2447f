package lobule.device.cpu.convolution;

import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_backward_data_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_backward_weights_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_direct;
import static org.bytedeco.dnnl.global.dnnl.dnnl_convolution_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_deconvolution_backward_data_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_deconvolution_backward_weights_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_deconvolution_direct;
import static org.bytedeco.dnnl.global.dnnl.dnnl_deconvolution_forward_primitive_desc_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_format_tag_any;
import static org.bytedeco.dnnl.global.dnnl.dnnl_forward_training;
import static org.bytedeco.dnnl.global.dnnl.dnnl_iodhw;
import static org.bytedeco.dnnl.global.dnnl.dnnl_iohw;
import static org.bytedeco.dnnl.global.dnnl.dnnl_ndhwc;
import static org.bytedeco.dnnl.global.dnnl.dnnl_nhwc;
import static org.bytedeco.dnnl.global.dnnl.dnnl_oidhw;
import static org.bytedeco.dnnl.global.dnnl.dnnl_oihw;
import static org.bytedeco.dnnl.global.dnnl.dnnl_x;

import lobule.device.cpu.onednn.OneDnn;
import lobule.device.cpu.onednn.OneDnnScope;
import lobule.tensor.Shape;
import org.bytedeco.dnnl.dnnl_memory_desc;
import org.bytedeco.dnnl.dnnl_primitive_desc;

/**
 * A convolution or transposed convolution as oneDNN describes it. All sizes are logical: activations (N, C, D, H, W),
 * weights (Co, Ci, kD, kH, kW) whatever their order in memory.
 *
 * @param source      shape of x
 * @param weight      shape of the weight as the op defines it: (Co, Ci, ...), transposed (Ci, Co, ...)
 * @param destination shape of y
 * @param front       rows of zeros before x along the first spatial axis
 * @param back        rows of zeros behind x along the first spatial axis
 */
record ConvolutionShape(Shape source, Shape weight, Shape destination, boolean transposed, boolean bias, long front,
                        long back) {

    /** Without padding, as every op is. */
    ConvolutionShape(Shape source, Shape weight, Shape destination, boolean transposed, boolean bias) {
        this(source, weight, destination, transposed, bias, 0, 0);
    }

    boolean volumetric() {
        return source.spatialRank() == 3;
    }

    dnnl_memory_desc sourceLayout(OneDnnScope scope) {
        return scope.descriptor(sizes(source), activationTag());
    }

    dnnl_memory_desc destinationLayout(OneDnnScope scope) {
        return scope.descriptor(sizes(destination), activationTag());
    }

    /** The parameter region's row-major order. */
    dnnl_memory_desc rowMajorWeights(OneDnnScope scope) {
        int tag = transposed ? (volumetric() ? dnnl_iodhw : dnnl_iohw) : (volumetric() ? dnnl_oidhw : dnnl_oihw);
        return scope.descriptor(weightSizes(), tag);
    }

    dnnl_memory_desc biasLayout(OneDnnScope scope) {
        return bias ? scope.descriptor(new long[] {destination.channels()}, dnnl_x) : null;
    }

    dnnl_primitive_desc forward(OneDnnScope scope) {
        dnnl_primitive_desc primitive = new dnnl_primitive_desc();
        if (transposed) {
            OneDnn.check(dnnl_deconvolution_forward_primitive_desc_create(primitive, scope.library().engine(),
                    dnnl_forward_training, dnnl_deconvolution_direct, sourceLayout(scope), anyWeights(scope),
                    biasLayout(scope), destinationLayout(scope), strides(), none(), padding(front), padding(back),
                    scope.attributes()),
                    "dnnl_deconvolution_forward_primitive_desc_create", this);
        } else {
            OneDnn.check(dnnl_convolution_forward_primitive_desc_create(primitive, scope.library().engine(),
                    dnnl_forward_training, dnnl_convolution_direct, sourceLayout(scope), anyWeights(scope),
                    biasLayout(scope), destinationLayout(scope), strides(), none(), padding(front), padding(back),
                    scope.attributes()),
                    "dnnl_convolution_forward_primitive_desc_create", this);
        }
        return scope.own(primitive);
    }

    dnnl_primitive_desc backwardData(OneDnnScope scope) {
        dnnl_primitive_desc primitive = new dnnl_primitive_desc();
        if (transposed) {
            OneDnn.check(dnnl_deconvolution_backward_data_primitive_desc_create(primitive, scope.library().engine(),
                    dnnl_deconvolution_direct, sourceLayout(scope), anyWeights(scope), destinationLayout(scope),
                    strides(), none(), padding(front), padding(back),
                    forward(scope), scope.attributes()),
                    "dnnl_deconvolution_backward_data_primitive_desc_create", this);
        } else {
            OneDnn.check(dnnl_convolution_backward_data_primitive_desc_create(primitive, scope.library().engine(),
                    dnnl_convolution_direct, sourceLayout(scope), anyWeights(scope), destinationLayout(scope),
                    strides(), none(), padding(front), padding(back),
                    forward(scope), scope.attributes()),
                    "dnnl_convolution_backward_data_primitive_desc_create", this);
        }
        return scope.own(primitive);
    }

    dnnl_primitive_desc backwardWeights(OneDnnScope scope) {
        dnnl_primitive_desc primitive = new dnnl_primitive_desc();
        if (transposed) {
            OneDnn.check(dnnl_deconvolution_backward_weights_primitive_desc_create(primitive, scope.library().engine(),
                    dnnl_deconvolution_direct, sourceLayout(scope), anyWeights(scope), biasLayout(scope),
                    destinationLayout(scope), strides(), none(), padding(front), padding(back),
                    forward(scope), scope.attributes()),
                    "dnnl_deconvolution_backward_weights_primitive_desc_create", this);
        } else {
            OneDnn.check(dnnl_convolution_backward_weights_primitive_desc_create(primitive, scope.library().engine(),
                    dnnl_convolution_direct, sourceLayout(scope), anyWeights(scope), biasLayout(scope),
                    destinationLayout(scope), strides(), none(), padding(front), padding(back),
                    forward(scope), scope.attributes()),
                    "dnnl_convolution_backward_weights_primitive_desc_create", this);
        }
        return scope.own(primitive);
    }

    private dnnl_memory_desc anyWeights(OneDnnScope scope) {
        return scope.descriptor(weightSizes(), dnnl_format_tag_any);
    }

    private int activationTag() {
        return volumetric() ? dnnl_ndhwc : dnnl_nhwc;
    }

    private long[] weightSizes() {
        long[] sizes = sizes(weight);
        if (transposed) {
            sizes[0] = weight.size(1);
            sizes[1] = weight.size(0);
        }
        return sizes;
    }

    private long[] strides() {
        long[] strides = new long[source.spatialRank()];
        for (int axis = 0; axis < strides.length; axis++) {
            strides[axis] = transposed ? weight.spatial(axis) : 1;
        }
        return strides;
    }

    /** A dilation of 0 is oneDNN's word for none. */
    private long[] none() {
        return new long[source.spatialRank()];
    }

    private long[] padding(long rows) {
        long[] padding = new long[source.spatialRank()];
        padding[0] = rows;
        return padding;
    }

    private static long[] sizes(Shape shape) {
        return shape.sizes().stream().mapToLong(Long::longValue).toArray();
    }
}
