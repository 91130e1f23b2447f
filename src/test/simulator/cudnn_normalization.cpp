// Batch normalisation by channel: with given statistics, and backward.
#include <cmath>

#include "cudnn.h"
#include "worker_pool.h"

using simgpu::format;
namespace device = simgpu::device;

namespace simgpu::cudnn {
namespace {

constexpr int kSpatial = 1, kSpatialPersistent = 2;
constexpr double kLeastEpsilon = 0;

void check_mode(int mode) {
    if (mode != kSpatial && mode != kSpatialPersistent) not_supported("only spatial batch normalisation is simulated");
}

TensorDescriptor derived(const TensorDescriptor& x) {
    TensorDescriptor result;
    result.dims.assign(x.dims.size(), 1);
    result.strides.assign(x.dims.size(), 1);
    result.dims[1] = result.strides[0] = x.dims[1];
    return result;
}

// Of one value a channel; returns how many.
uint64_t channels_of(const TensorDescriptor& x, const TensorDescriptor& parameters) {
    if (x.dims.size() < 4 || x.dims.size() > 5) refuse("x " + x.text() + " has neither 4 nor 5 dimensions");
    if (parameters.dims != derived(x).dims) {
        refuse(format("scale and statistics are %s where x is %s", parameters.text().c_str(), x.text().c_str()));
    }
    return static_cast<uint64_t>(x.dims[1]);
}

void require_all(std::initializer_list<const void*> pointers) {
    for (const void* pointer : pointers) require_pointer(pointer, "an operand of the normalisation");
}

const float* channel_values(const char* what, const void* data, uint64_t channels) {
    return reinterpret_cast<const float*>(device::readable(what, data, channels * 4));
}

template <class F>
void each_row(const View& x, F f) {
    for (int64_t n = 0; n < x.dims[0]; n++) {
        for (int64_t d = 0; d < x.dims[2]; d++) {
            for (int64_t h = 0; h < x.dims[3]; h++) f(n, d, h);
        }
    }
}

struct Statistics {
    const float *scale, *mean, *inverse_deviation;
};

void data_gradient(const View& x, const View& dy, const View& dx, int64_t c, const Statistics& s, float* dscale,
                   float* dbias, const Blend& data, const Blend& parameters) {
    double mean = s.mean[c], inverse = s.inverse_deviation[c], sum = 0, product = 0;
    double count = double(x.dims[0] * x.dims[2] * x.dims[3] * x.dims[4]);
    each_row(x, [&](int64_t n, int64_t d, int64_t h) {
        const float *values = x.row(n, c, d, h), *gradient = dy.row(n, c, d, h);
        for (int64_t i = 0; i < x.dims[4]; i++) {
            sum += gradient[i];
            product += gradient[i] * (values[i] - mean) * inverse;
        }
    });
    each_row(x, [&](int64_t n, int64_t d, int64_t h) {
        const float *values = x.row(n, c, d, h), *gradient = dy.row(n, c, d, h);
        float* to = dx.row(n, c, d, h);
        for (int64_t i = 0; i < x.dims[4]; i++) {
            double normal = (values[i] - mean) * inverse;
            double result = s.scale[c] * inverse * (gradient[i] - sum / count - normal * product / count);
            to[i] = data.of(static_cast<float>(result), to + i);
        }
    });
    dscale[c] = parameters.of(static_cast<float>(product), dscale + c);
    dbias[c] = parameters.of(static_cast<float>(sum), dbias + c);
}

}  // namespace
}  // namespace simgpu::cudnn

using namespace simgpu::cudnn;

SIMGPU_EXPORT int cudnnDeriveBNTensorDescriptor(void* result, void* xd, int mode) {
    return call("cudnnDeriveBNTensorDescriptor", [&] {
        check_mode(mode);
        live<TensorDescriptor>(result, "the derived descriptor") = derived(tensor(xd, "the descriptor of x"));
    });
}

SIMGPU_EXPORT int cudnnBatchNormalizationForwardInference(void* handle, int mode, const void* alpha, const void* beta,
                                                          void* xd, const void* x, void* yd, void* y, void* pd,
                                                          const void* scale, const void* bias, const void* mean,
                                                          const void* variance, double epsilon) {
    return call("cudnnBatchNormalizationForwardInference", [&] {
        check_mode(mode);
        TensorDescriptor xt = tensor(xd, "the descriptor of x"), yt = tensor(yd, "the descriptor of y");
        uint64_t channels = channels_of(xt, tensor(pd, "the descriptor of the scale"));
        if (xt.dims != yt.dims) refuse("x " + xt.text() + " and y " + yt.text() + " differ");
        if (!(epsilon >= kLeastEpsilon)) refuse(format("an epsilon of %g", epsilon));
        Blend blend(alpha, beta);
        require_all({x, y, scale, bias, mean, variance});
        enqueue(handle, [=] {
            View in = view("x", xt, x, Use::Read), out = view("y", yt, y, output_use(blend));
            const float* scales = channel_values("scale", scale, channels);
            const float* shifts = channel_values("bias", bias, channels);
            const float* means = channel_values("mean", mean, channels);
            const float* variances = channel_values("variance", variance, channels);
            simgpu::WorkerPool::shared().for_each(channels, [&](uint64_t index) {
                int64_t c = static_cast<int64_t>(index);
                double factor = scales[c] / std::sqrt(variances[c] + epsilon);
                each_row(in, [&](int64_t n, int64_t d, int64_t h) {
                    const float* from = in.row(n, c, d, h);
                    float* to = out.row(n, c, d, h);
                    for (int64_t i = 0; i < in.dims[4]; i++) {
                        to[i] = blend.of(static_cast<float>((from[i] - means[c]) * factor + shifts[c]), to + i);
                    }
                });
            });
        });
    });
}

SIMGPU_EXPORT int cudnnBatchNormalizationBackward(void* handle, int mode, const void* alpha, const void* beta,
                                                  const void* alpha_parameters, const void* beta_parameters, void* xd,
                                                  const void* x, void* dyd, const void* dy, void* dxd, void* dx,
                                                  void* pd, const void* scale, void* dscale, void* dbias,
                                                  double epsilon, const void* mean, const void* inverse_deviation) {
    return call("cudnnBatchNormalizationBackward", [&] {
        check_mode(mode);
        TensorDescriptor xt = tensor(xd, "the descriptor of x"), dyt = tensor(dyd, "the descriptor of dy"),
                         dxt = tensor(dxd, "the descriptor of dx");
        uint64_t channels = channels_of(xt, tensor(pd, "the descriptor of the scale"));
        if (xt.dims != dyt.dims || xt.dims != dxt.dims) refuse("x, dy and dx differ in size");
        if (!(epsilon >= kLeastEpsilon)) refuse(format("an epsilon of %g", epsilon));
        // Without the saved statistics the real one makes them anew, which the network never asks for.
        if (mean == nullptr || inverse_deviation == nullptr) not_supported("the saved statistics are needed");
        require_all({x, dy, dx, scale, dscale, dbias});
        if (dy == dx) refuse("dx is dy, which cuDNN does not say it takes");
        Blend data(alpha, beta), parameters(alpha_parameters, beta_parameters);
        enqueue(handle, [=] {
            View in = view("x", xt, x, Use::Read), gradient = view("dy", dyt, dy, Use::Read);
            View out = view("dx", dxt, dx, output_use(data));
            Statistics s{channel_values("scale", scale, channels), channel_values("mean", mean, channels),
                         channel_values("inverse deviation", inverse_deviation, channels)};
            if (parameters.beta != 0) {
                channel_values("dscale", dscale, channels);
                channel_values("dbias", dbias, channels);
            }
            float* scales = reinterpret_cast<float*>(device::writable("dscale", dscale, channels * 4));
            float* shifts = reinterpret_cast<float*>(device::writable("dbias", dbias, channels * 4));
            simgpu::WorkerPool::shared().for_each(channels, [&](uint64_t c) {
                data_gradient(in, gradient, out, static_cast<int64_t>(c), s, scales, shifts, data, parameters);
            });
        });
    });
}
