// Max and average pooling. The first maximum of a window takes the gradient.
#include <algorithm>
#include <limits>

#include "cudnn.h"
#include "worker_pool.h"

using simgpu::format;

namespace simgpu::cudnn {
namespace {

enum Mode { Max = 0, AverageIncludingPadding = 1, AverageExcludingPadding = 2, MaxDeterministic = 3 };

struct Pool {
    int mode;
    std::array<int64_t, 3> window, pad, stride;
    explicit Pool(const PoolingDescriptor& p)
        : mode(p.mode), window(spatial(p.window, 1)), pad(spatial(p.pad, 0)), stride(spatial(p.stride, 1)) {}
    bool max() const { return mode == Max || mode == MaxDeterministic; }
};

std::vector<int64_t> output_dims(const PoolingDescriptor& p, const TensorDescriptor& x) {
    if (x.dims.size() != p.window.size() + 2) refuse("x " + x.text() + " has not the pooling's dimensions");
    std::vector<int64_t> result = {x.dims[0], x.dims[1]};
    for (size_t i = 0; i < p.window.size(); i++) {
        int64_t room = x.dims[i + 2] + 2 * p.pad[i] - p.window[i];
        if (room < 0) refuse("the window does not fit into x " + x.text());
        result.push_back(room / p.stride[i] + 1);
    }
    return result;
}

void check_output(const PoolingDescriptor& p, const TensorDescriptor& x, const TensorDescriptor& y) {
    std::vector<int64_t> right = output_dims(p, x);
    if (y.dims == right) return;
    refuse(format("y is %s where x %s is pooled to %s", y.text().c_str(), x.text().c_str(),
                  TensorDescriptor{right, {}}.text().c_str()));
}

// Calls f(element) with each input of the window of output (d, h, w), in order.
template <class F>
void each_of_window(const Pool& p, const View& x, int64_t n, int64_t c, const std::array<int64_t, 3>& out, F f) {
    int64_t first[3], last[3];
    for (size_t i = 0; i < 3; i++) {
        int64_t begin = out[i] * p.stride[i] - p.pad[i];
        first[i] = std::max<int64_t>(0, begin);
        last[i] = std::min(x.dims[i + 2], begin + p.window[i]);
    }
    for (int64_t d = first[0]; d < last[0]; d++) {
        for (int64_t h = first[1]; h < last[1]; h++) {
            float* row = x.row(n, c, d, h);
            for (int64_t w = first[2]; w < last[2]; w++) f(row + w);
        }
    }
}

template <class F>
void each_output(const View& y, F f) {
    WorkerPool::shared().for_each(static_cast<uint64_t>(y.dims[0] * y.dims[1]), [&](uint64_t plane) {
        int64_t n = static_cast<int64_t>(plane) / y.dims[1], c = static_cast<int64_t>(plane) % y.dims[1];
        for (int64_t d = 0; d < y.dims[2]; d++) {
            for (int64_t h = 0; h < y.dims[3]; h++) {
                for (int64_t w = 0; w < y.dims[4]; w++) f(n, c, std::array<int64_t, 3>{d, h, w});
            }
        }
    });
}

float pooled(const Pool& p, const View& x, int64_t n, int64_t c, const std::array<int64_t, 3>& out) {
    float most = -std::numeric_limits<float>::infinity();
    double sum = 0;
    int64_t count = 0;
    each_of_window(p, x, n, c, out, [&](const float* v) {
        most = *v > most || *v != *v ? *v : most;
        sum += *v;
        count++;
    });
    if (p.max()) return most;
    int64_t size = p.window[0] * p.window[1] * p.window[2];
    return static_cast<float>(sum / double(p.mode == AverageIncludingPadding ? size : count));
}

void spread(const Pool& p, const View& x, const View& dx, int64_t n, int64_t c, const std::array<int64_t, 3>& out,
            float gradient, float alpha) {
    if (p.max()) {
        const float* most = nullptr;
        each_of_window(p, x, n, c, out, [&](const float* v) { most = most == nullptr || *v > *most ? v : most; });
        if (most == nullptr) return;
        int64_t plane = most - x.row(n, c, 0, 0);  // where it lies; dx may have other strides
        int64_t d = x.dims[2] == 1 ? 0 : plane / x.strides[2], in_slice = plane - d * x.strides[2];
        int64_t h = x.dims[3] == 1 ? 0 : in_slice / x.strides[3], w = in_slice - h * x.strides[3];
        dx.row(n, c, d, h)[w] += alpha * gradient;
        return;
    }
    int64_t count = 0, size = p.window[0] * p.window[1] * p.window[2];
    each_of_window(p, dx, n, c, out, [&](const float*) { count++; });
    float share = alpha * gradient / static_cast<float>(p.mode == AverageIncludingPadding ? size : count);
    each_of_window(p, dx, n, c, out, [&](float* v) { *v += share; });
}

void scale(const View& t, float factor) {
    for (int64_t n = 0; n < t.dims[0]; n++) {
        for (int64_t c = 0; c < t.dims[1]; c++) {
            for (int64_t r = 0; r < t.dims[2] * t.dims[3]; r++) {
                float* row = t.row(n, c, r / t.dims[3], r % t.dims[3]);
                for (int64_t i = 0; i < t.dims[4]; i++) row[i] = factor == 0 ? 0 : factor * row[i];
            }
        }
    }
}

}  // namespace
}  // namespace simgpu::cudnn

using namespace simgpu::cudnn;

SIMGPU_EXPORT int cudnnGetPoolingNdForwardOutputDim(void* pd, void* xd, int count, int* dims) {
    return call("cudnnGetPoolingNdForwardOutputDim", [&] {
        std::vector<int64_t> result = output_dims(pooling(pd), tensor(xd, "the descriptor of x"));
        if (count != static_cast<int>(result.size())) refuse("the number of dimensions is not that of x");
        for (size_t i = 0; i < result.size(); i++) dims[i] = static_cast<int>(result[i]);
    });
}

SIMGPU_EXPORT int cudnnPoolingForward(void* handle, void* pd, const void* alpha, void* xd, const void* x,
                                      const void* beta, void* yd, void* y) {
    return call("cudnnPoolingForward", [&] {
        PoolingDescriptor p = pooling(pd);
        TensorDescriptor xt = tensor(xd, "the descriptor of x"), yt = tensor(yd, "the descriptor of y");
        check_output(p, xt, yt);
        Blend blend(alpha, beta);
        enqueue(handle, [=] {
            Pool pool(p);
            View in = view("x", xt, x, Use::Read), out = view("y", yt, y, output_use(blend));
            each_output(out, [&](int64_t n, int64_t c, const std::array<int64_t, 3>& at) {
                float* to = out.row(n, c, at[0], at[1]) + at[2];
                *to = blend.of(pooled(pool, in, n, c, at), to);
            });
        });
    });
}

SIMGPU_EXPORT int cudnnPoolingBackward(void* handle, void* pd, const void* alpha, void* yd, const void* y, void* dyd,
                                       const void* dy, void* xd, const void* x, const void* beta, void* dxd, void* dx) {
    return call("cudnnPoolingBackward", [&] {
        PoolingDescriptor p = pooling(pd);
        TensorDescriptor yt = tensor(yd, "the descriptor of y"), dyt = tensor(dyd, "the descriptor of dy");
        TensorDescriptor xt = tensor(xd, "the descriptor of x"), dxt = tensor(dxd, "the descriptor of dx");
        check_output(p, xt, yt);
        if (dyt.dims != yt.dims || dxt.dims != xt.dims) refuse("dy and y, or dx and x, have different sizes");
        Blend blend(alpha, beta);
        enqueue(handle, [=] {
            Pool pool(p);
            View in = view("x", xt, x, Use::Read), gradient = view("dy", dyt, dy, Use::Read);
            view("y", yt, y, Use::Read);
            View out = view("dx", dxt, dx, output_use(blend));
            scale(out, blend.beta);
            each_output(gradient, [&](int64_t n, int64_t c, const std::array<int64_t, 3>& at) {
                spread(pool, in, out, n, c, at, gradient.row(n, c, at[0], at[1])[at[2]], blend.alpha);
            });
        });
    });
}
