// The convolution calls: descriptors that must agree, workspace that must suffice.
#include <list>

#include "cudnn_convolution.h"
#include "float_math.h"

namespace simgpu::cudnn {

std::vector<int64_t> output_dims(const TensorDescriptor& x, const FilterDescriptor& w, const ConvolutionDescriptor& c) {
    size_t axes = c.stride.size();
    if (x.dims.size() != axes + 2 || w.dims.size() != axes + 2) {
        refuse(format("x %s and filter %s do not have the convolution's %zu spatial dimensions", x.text().c_str(),
                      w.text().c_str(), axes));
    }
    if (w.dims[1] * c.groups != x.dims[1]) {
        refuse(format("the filter %s takes %ld channels, x %s has %ld", w.text().c_str(), w.dims[1] * c.groups,
                      x.text().c_str(), x.dims[1]));
    }
    if (w.dims[0] % c.groups != 0) refuse("the groups do not divide the filter's outputs");
    std::vector<int64_t> result = {x.dims[0], w.dims[0]};
    for (size_t i = 0; i < axes; i++) {
        int64_t reach = (w.dims[i + 2] - 1) * c.dilation[i] + 1, room = x.dims[i + 2] + 2 * c.pad[i] - reach;
        if (room < 0) refuse(format("the filter %s does not fit into x %s", w.text().c_str(), x.text().c_str()));
        result.push_back(room / c.stride[i] + 1);
    }
    return result;
}

Geometry::Geometry(const void* xd, const void* wd, const void* cd, const void* yd)
    : x(tensor(xd, "the descriptor of x")), y(tensor(yd, "the descriptor of y")),
      w(filter(wd, "the filter descriptor")) {
    const ConvolutionDescriptor& c = convolution(cd);
    std::vector<int64_t> expected = output_dims(x, w, c);
    if (y.dims != expected) {
        TensorDescriptor right{expected, {}};
        refuse(format("y is %s where x %s and filter %s give %s", y.text().c_str(), x.text().c_str(), w.text().c_str(),
                      right.text().c_str()));
    }
    pad = spatial(c.pad, 0);
    stride = spatial(c.stride, 1);
    dilation = spatial(c.dilation, 1);
    kernel = spatial({w.dims.begin() + 2, w.dims.end()}, 1);
    in = spatial({x.dims.begin() + 2, x.dims.end()}, 1);
    out = spatial({y.dims.begin() + 2, y.dims.end()}, 1);
    images = x.dims[0];
    channels = x.dims[1];
    outputs = y.dims[1];
    groups = c.groups;
    flipped = c.flipped;
    math = c.math;
    spatial_dims = c.stride.size();
}

int64_t Geometry::tap(int64_t d, int64_t h, int64_t w_index) const {
    int64_t plain = (d * kernel[1] + h) * kernel[2] + w_index;
    return flipped ? taps() - 1 - plain : plain;
}

bool rounds_factors(int math) { return math != kFmaMath && device::compute_capability() >= 80; }

double Geometry::flops() const { return 2.0 * double(y.elements()) * double(group_channels() * taps()); }

namespace {

// Too small is refused; enough is overwritten, so that nothing else may lie there.
void check_workspace(Pass pass, int algorithm, const Geometry& g, const void* space, size_t bytes) {
    uint64_t needed = workspace_bytes(pass, algorithm, g);
    if (bytes < needed) {
        refuse(format("algorithm %d needs a workspace of %lu bytes, %zu are given", algorithm, needed, bytes));
    }
    if (needed > 0) require_pointer(space, "the workspace");
}

// Kernels read 16 bytes at a time, and their code comes to the device at their first use.
void check_operands(Pass pass, int algorithm, const Geometry& g, const void* x, const void* w, const void* y) {
    require_aligned(x, "the larger tensor");
    require_aligned(w, "the filter");
    require_aligned(y, "the smaller tensor");
    load_code(algorithm_code(pass, algorithm, g));
}

void use_workspace(Pass pass, int algorithm, const Geometry& g, const void* space) {
    device::scribble("workspace", space, workspace_bytes(pass, algorithm, g));
}

float* filter_values(const FilterDescriptor& w, const void* data) {
    return reinterpret_cast<float*>(const_cast<uint8_t*>(device::readable("filter", data, w.elements() * 4)));
}

// Factors as the multiplication takes them: as they are, or a copy rounded for tensor cores.
class Factors {
public:
    explicit Factors(const Geometry& g) : rounded_(rounds_factors(g.math)) {}
    View of(View view, const TensorDescriptor& descriptor) {
        view.data = const_cast<float*>(of(view.data, descriptor.span()));
        return view;
    }
    const float* of(const float* values, uint64_t count) {
        if (!rounded_) return values;
        std::vector<float>& copy = copies_.emplace_back(count);
        for (uint64_t i = 0; i < count; i++) copy[i] = to_tf32(values[i]);
        return copy.data();
    }

private:
    bool rounded_;
    std::list<std::vector<float>> copies_;
};

}  // namespace
}  // namespace simgpu::cudnn

using simgpu::format;
namespace device = simgpu::device;
using namespace simgpu::cudnn;

SIMGPU_EXPORT int cudnnGetConvolutionNdForwardOutputDim(void* cd, void* xd, void* wd, int count, int* dims) {
    return call("cudnnGetConvolutionNdForwardOutputDim", [&] {
        std::vector<int64_t> result = output_dims(tensor(xd, "the descriptor of x"),
                                                  filter(wd, "the filter descriptor"), convolution(cd));
        if (count != static_cast<int>(result.size())) refuse("the number of dimensions is not that of x");
        for (size_t i = 0; i < result.size(); i++) dims[i] = static_cast<int>(result[i]);
    });
}

SIMGPU_EXPORT int cudnnConvolutionForward(void* handle, const void* alpha, void* xd, const void* x, void* wd,
                                          const void* w, void* cd, int algorithm, void* space, size_t bytes,
                                          const void* beta, void* yd, void* y) {
    return call("cudnnConvolutionForward", [&] {
        Geometry g(xd, wd, cd, yd);
        Blend blend(alpha, beta);
        check_workspace(Pass::Forward, algorithm, g, space, bytes);
        check_operands(Pass::Forward, algorithm, g, x, w, y);
        enqueue(handle, [=] {
            use_workspace(Pass::Forward, algorithm, g, space);
            View in = view("x", g.x, x, Use::Read);
            const float* weights = filter_values(g.w, w);
            View out = view("y", g.y, y, output_use(blend));
            Factors factors(g);
            convolve_forward(g, factors.of(in, g.x), factors.of(weights, g.w.elements()), out, blend);
            double terms = double(g.group_channels() * g.taps());
            if (g.y.packed()) planted::spoil(g, Pass::Forward, algorithm, out.data, g.y.elements(), terms);
        });
    });
}

SIMGPU_EXPORT int cudnnConvolutionBackwardData(void* handle, const void* alpha, void* wd, const void* w, void* dyd,
                                               const void* dy, void* cd, int algorithm, void* space, size_t bytes,
                                               const void* beta, void* dxd, void* dx) {
    return call("cudnnConvolutionBackwardData", [&] {
        Geometry g(dxd, wd, cd, dyd);
        Blend blend(alpha, beta);
        check_workspace(Pass::BackwardData, algorithm, g, space, bytes);
        check_operands(Pass::BackwardData, algorithm, g, dx, w, dy);
        enqueue(handle, [=] {
            use_workspace(Pass::BackwardData, algorithm, g, space);
            View out = view("dy", g.y, dy, Use::Read);
            const float* weights = filter_values(g.w, w);
            View in = view("dx", g.x, dx, output_use(blend));
            Factors factors(g);
            convolve_backward_data(g, factors.of(weights, g.w.elements()), factors.of(out, g.y), in, blend);
            double terms = double(g.group_outputs() * g.taps());
            if (g.x.packed()) planted::spoil(g, Pass::BackwardData, algorithm, in.data, g.x.elements(), terms);
        });
    });
}

SIMGPU_EXPORT int cudnnConvolutionBackwardFilter(void* handle, const void* alpha, void* xd, const void* x, void* dyd,
                                                 const void* dy, void* cd, int algorithm, void* space, size_t bytes,
                                                 const void* beta, void* dwd, void* dw) {
    return call("cudnnConvolutionBackwardFilter", [&] {
        Geometry g(xd, dwd, cd, dyd);
        Blend blend(alpha, beta);
        check_workspace(Pass::BackwardFilter, algorithm, g, space, bytes);
        check_operands(Pass::BackwardFilter, algorithm, g, x, dw, dy);
        enqueue(handle, [=] {
            use_workspace(Pass::BackwardFilter, algorithm, g, space);
            View in = view("x", g.x, x, Use::Read), out = view("dy", g.y, dy, Use::Read);
            uint64_t size = g.w.elements() * 4;
            if (blend.beta != 0) device::readable("dw", dw, size);
            float* gradient = reinterpret_cast<float*>(device::writable("dw", dw, size));
            Factors factors(g);
            convolve_backward_filter(g, factors.of(in, g.x), factors.of(out, g.y), gradient, blend);
            double terms = double(g.images * g.out[0] * g.out[1] * g.out[2]);
            planted::spoil(g, Pass::BackwardFilter, algorithm, gradient, g.w.elements(), terms);
        });
    });
}

SIMGPU_EXPORT int cudnnConvolutionBackwardBias(void* handle, const void* alpha, void* dyd, const void* dy,
                                               const void* beta, void* dbd, void* db) {
    return call("cudnnConvolutionBackwardBias", [&] {
        TensorDescriptor dy_tensor = tensor(dyd, "the descriptor of dy");
        TensorDescriptor db_tensor = tensor(dbd, "the descriptor of db");
        uint64_t outputs = static_cast<uint64_t>(dy_tensor.dims[1]);
        if (db_tensor.elements() != outputs || db_tensor.dims[1] != dy_tensor.dims[1]) {
            refuse(format("db is %s where dy is %s", db_tensor.text().c_str(), dy_tensor.text().c_str()));
        }
        Blend blend(alpha, beta);
        enqueue(handle, [=] {
            View out = view("dy", dy_tensor, dy, Use::Read), bias = view("db", db_tensor, db, output_use(blend));
            for (int64_t k = 0; k < out.dims[1]; k++) {
                double sum = 0;
                for (int64_t n = 0; n < out.dims[0]; n++) {
                    for (int64_t r = 0; r < out.dims[2] * out.dims[3]; r++) {
                        const float* row = out.row(n, k, r / out.dims[3], r % out.dims[3]);
                        for (int64_t i = 0; i < out.dims[4]; i++) sum += row[i];
                    }
                }
                float* to = bias.row(0, k, 0, 0);
                *to = blend.of(static_cast<float>(sum), to);
            }
        });
    });
}
