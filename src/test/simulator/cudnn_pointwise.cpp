// AddTensor, OpTensor, activations, scaling and setting: one element after the other, dimensions of 1 broadcast.
#include <algorithm>
#include <cmath>

#include "cudnn.h"

namespace simgpu::cudnn {
namespace {

void require_broadcast(const TensorDescriptor& small, const TensorDescriptor& large, const char* what) {
    bool fits = small.dims.size() == large.dims.size();
    for (size_t i = 0; fits && i < small.dims.size(); i++) fits = small.dims[i] == large.dims[i] || small.dims[i] == 1;
    if (!fits) refuse(std::string(what) + " " + small.text() + " does not broadcast to " + large.text());
}

void require_same(const TensorDescriptor& a, const TensorDescriptor& b) {
    if (a.dims != b.dims) refuse("the sizes " + a.text() + " and " + b.text() + " differ");
}

template <class F>
void each_index(const View& t, F f) {
    for (int64_t n = 0; n < t.dims[0]; n++)
        for (int64_t c = 0; c < t.dims[1]; c++)
            for (int64_t d = 0; d < t.dims[2]; d++)
                for (int64_t h = 0; h < t.dims[3]; h++)
                    for (int64_t w = 0; w < t.dims[4]; w++) f(n, c, d, h, w);
}

float& at(const View& t, int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
    auto clip = [&](int64_t i, size_t axis) { return t.dims[axis] == 1 ? 0 : i; };
    return t.row(clip(n, 0), clip(c, 1), clip(d, 2), clip(h, 3))[clip(w, 4)];
}

float operate(int operation, float a, float b) {
    switch (operation) {
        case 0: return a + b;
        case 1: return a * b;
        case 2: return std::min(a, b);
        case 3: return std::max(a, b);
        case 4: return std::sqrt(a);
        default: return 1 - a;
    }
}

float activate(const ActivationDescriptor& a, float x) {
    float limit = static_cast<float>(a.coefficient);
    switch (a.mode) {
        case 0: return 1 / (1 + std::exp(-x));
        case 1: return x > 0 ? x : x != x ? x : 0;
        case 2: return std::tanh(x);
        case 3: return std::min(limit, std::max(0.0f, x));
        case 4: return x > 0 ? x : limit * std::expm1(x);
        default: return x;
    }
}

float slope(const ActivationDescriptor& a, float x, float y) {
    float limit = static_cast<float>(a.coefficient);
    switch (a.mode) {
        case 0: return y * (1 - y);
        case 1: return x > 0 ? 1 : 0;
        case 2: return 1 - y * y;
        case 3: return x > 0 && x < limit ? 1 : 0;
        case 4: return x > 0 ? 1 : y + limit;
        default: return 1;
    }
}

ActivationDescriptor activation(const void* descriptor) {
    const auto& found = live<ActivationDescriptor>(descriptor, "the activation descriptor");
    if (found.mode < 0) refuse("the activation descriptor was never set");
    return found;
}

}  // namespace
}  // namespace simgpu::cudnn

using namespace simgpu::cudnn;

SIMGPU_EXPORT int cudnnAddTensor(void* handle, const void* alpha, void* ad, const void* a, const void* beta, void* cd,
                                 void* c) {
    return call("cudnnAddTensor", [&] {
        TensorDescriptor at_ = tensor(ad, "the descriptor of A"), ct = tensor(cd, "the descriptor of C");
        require_broadcast(at_, ct, "A");
        Blend blend(alpha, beta);
        enqueue(handle, [=] {
            View from = view("A", at_, a, Use::Read), to = view("C", ct, c, output_use(blend));
            each_index(to, [&](int64_t n, int64_t k, int64_t d, int64_t h, int64_t w) {
                float* target = &at(to, n, k, d, h, w);
                *target = blend.of(at(from, n, k, d, h, w), target);
            });
        });
    });
}

// C = op(alpha1 A, alpha2 B) + beta C
SIMGPU_EXPORT int cudnnOpTensor(void* handle, void* od, const void* alpha1, void* ad, const void* a, const void* alpha2,
                                void* bd, const void* b, const void* beta, void* cd, void* c) {
    return call("cudnnOpTensor", [&] {
        int operation = live<OpTensorDescriptor>(od, "the operation descriptor").operation;
        if (operation < 0) refuse("the operation descriptor was never set");
        TensorDescriptor at_ = tensor(ad, "the descriptor of A"), bt = tensor(bd, "the descriptor of B"),
                         ct = tensor(cd, "the descriptor of C");
        require_same(at_, ct);
        require_broadcast(bt, ct, "B");
        Blend first(alpha1, beta), second(alpha2, beta);
        enqueue(handle, [=] {
            View left = view("A", at_, a, Use::Read), right = view("B", bt, b, Use::Read);
            View to = view("C", ct, c, output_use(first));
            each_index(to, [&](int64_t n, int64_t k, int64_t d, int64_t h, int64_t w) {
                float value = operate(operation, first.alpha * at(left, n, k, d, h, w),
                                      second.alpha * at(right, n, k, d, h, w));
                float& target = at(to, n, k, d, h, w);
                target = first.beta == 0 ? value : value + first.beta * target;
            });
        });
    });
}

SIMGPU_EXPORT int cudnnActivationForward(void* handle, void* descriptor, const void* alpha, void* xd, const void* x,
                                         const void* beta, void* yd, void* y) {
    return call("cudnnActivationForward", [&] {
        ActivationDescriptor a = activation(descriptor);
        TensorDescriptor xt = tensor(xd, "the descriptor of x"), yt = tensor(yd, "the descriptor of y");
        require_same(xt, yt);
        Blend blend(alpha, beta);
        enqueue(handle, [=] {
            View from = view("x", xt, x, Use::Read), to = view("y", yt, y, output_use(blend));
            each_index(to, [&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
                float* target = &at(to, n, c, d, h, w);
                *target = blend.of(activate(a, at(from, n, c, d, h, w)), target);
            });
        });
    });
}

SIMGPU_EXPORT int cudnnActivationBackward(void* handle, void* descriptor, const void* alpha, void* yd, const void* y,
                                          void* dyd, const void* dy, void* xd, const void* x, const void* beta,
                                          void* dxd, void* dx) {
    return call("cudnnActivationBackward", [&] {
        ActivationDescriptor a = activation(descriptor);
        TensorDescriptor yt = tensor(yd, "the descriptor of y"), dyt = tensor(dyd, "the descriptor of dy");
        TensorDescriptor xt = tensor(xd, "the descriptor of x"), dxt = tensor(dxd, "the descriptor of dx");
        require_same(yt, dyt);
        require_same(xt, dxt);
        require_same(xt, yt);
        Blend blend(alpha, beta);
        enqueue(handle, [=] {
            View outputs = view("y", yt, y, Use::Read), gradient = view("dy", dyt, dy, Use::Read);
            View inputs = view("x", xt, x, Use::Read), to = view("dx", dxt, dx, output_use(blend));
            each_index(to, [&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
                float factor = slope(a, at(inputs, n, c, d, h, w), at(outputs, n, c, d, h, w));
                float* target = &at(to, n, c, d, h, w);
                *target = blend.of(factor * at(gradient, n, c, d, h, w), target);
            });
        });
    });
}

SIMGPU_EXPORT int cudnnScaleTensor(void* handle, void* yd, void* y, const void* alpha) {
    return call("cudnnScaleTensor", [&] {
        TensorDescriptor yt = tensor(yd, "the descriptor of y");
        Blend blend(alpha, alpha);
        enqueue(handle, [=] {
            View to = view("y", yt, y, Use::Update);
            each_index(to, [&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
                at(to, n, c, d, h, w) *= blend.alpha;
            });
        });
    });
}

SIMGPU_EXPORT int cudnnSetTensor(void* handle, void* yd, void* y, const void* value) {
    return call("cudnnSetTensor", [&] {
        TensorDescriptor yt = tensor(yd, "the descriptor of y");
        Blend blend(value, value);
        enqueue(handle, [=] {
            View to = view("y", yt, y, Use::Write);
            each_index(to, [&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
                at(to, n, c, d, h, w) = blend.alpha;
            });
        });
    });
}
