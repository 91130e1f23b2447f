// The loops of the convolutions: rows along W are contiguous, channels go in fours, sums over channels are double.
#include <algorithm>
#include <vector>

#include "cudnn_convolution.h"
#include "worker_pool.h"

namespace simgpu::cudnn {
namespace {

constexpr int kTogether = 4;
constexpr int64_t kFloatSums = 8;  // channels whose taps are summed in float before they join the double sum

int64_t ceil_div(int64_t a, int64_t b) { return a >= 0 ? (a + b - 1) / b : -(-a / b); }

// sum[j][o · out_step + out_offset] += weight[j] · in[o · in_step + in_offset] for o in [first, last)
struct RowStep {
    int64_t first, last, in_step, in_offset, out_step, out_offset;
};

void add_row(float* const* sum, const float* weight, const float* in, const RowStep& s) {
    float *s0 = sum[0] + s.out_offset, *s1 = sum[1] + s.out_offset, *s2 = sum[2] + s.out_offset,
          *s3 = sum[3] + s.out_offset;
    const float* from = in + s.in_offset;
    float w0 = weight[0], w1 = weight[1], w2 = weight[2], w3 = weight[3];
    if (s.in_step == 1 && s.out_step == 1) {
#pragma GCC ivdep
        for (int64_t o = s.first; o < s.last; o++) {
            float v = from[o];
            s0[o] += w0 * v;
            s1[o] += w1 * v;
            s2[o] += w2 * v;
            s3[o] += w3 * v;
        }
        return;
    }
    for (int64_t o = s.first; o < s.last; o++) {
        float v = from[o * s.in_step];
        s0[o * s.out_step] += w0 * v;
        s1[o * s.out_step] += w1 * v;
        s2[o * s.out_step] += w2 * v;
        s3[o * s.out_step] += w3 * v;
    }
}

// Four rows of sums, flushed from float to double every few channels.
class RowSums {
public:
    explicit RowSums(int64_t width) : width_(width), single_(size_t(kTogether * width)), total_(single_.size()) {
        for (int j = 0; j < kTogether; j++) rows[j] = single_.data() + j * width;
    }
    void flush() {
        for (size_t i = 0; i < single_.size(); i++) total_[i] += single_[i];
        std::fill(single_.begin(), single_.end(), 0.0f);
    }
    void clear() {
        std::fill(single_.begin(), single_.end(), 0.0f);
        std::fill(total_.begin(), total_.end(), 0.0);
    }
    void write(int row, float* to, const Blend& blend) const {
        for (int64_t i = 0; i < width_; i++) {
            to[i] = blend.of(static_cast<float>(total_[size_t(row * width_ + i)]), to + i);
        }
    }
    float* rows[kTogether];

private:
    int64_t width_;
    std::vector<float> single_;
    std::vector<double> total_;
};

// Outputs o for which o · stride - pad + k · dilation lies in [0, in).
RowStep forward_step(const Geometry& g, int64_t k) {
    int64_t offset = k * g.dilation[2] - g.pad[2];
    int64_t first = std::max<int64_t>(0, ceil_div(-offset, g.stride[2]));
    int64_t last = std::min(g.out[2], ceil_div(g.in[2] - offset, g.stride[2]));
    return {first, last, g.stride[2], offset, 1, 0};
}

// The place in the input that output o and tap k meet at; negative or too large in the padding.
int64_t input_of(const Geometry& g, int axis, int64_t o, int64_t k) {
    return o * g.stride[size_t(axis)] - g.pad[size_t(axis)] + k * g.dilation[size_t(axis)];
}

// The output that input i feeds through tap k; -1 if none.
int64_t output_of(const Geometry& g, int axis, int64_t i, int64_t k) {
    int64_t shifted = i + g.pad[size_t(axis)] - k * g.dilation[size_t(axis)], stride = g.stride[size_t(axis)];
    return shifted < 0 || shifted % stride != 0 || shifted / stride >= g.out[size_t(axis)] ? -1 : shifted / stride;
}

bool inside(int64_t i, int64_t size) { return i >= 0 && i < size; }

void forward_row(const Geometry& g, const View& x, const float* w, int64_t n, int64_t k0, int count, int64_t d,
                 int64_t h, RowSums& sums) {
    int64_t group = k0 / g.group_outputs(), channels = g.group_channels(), taps = g.taps();
    sums.clear();
    for (int64_t c = 0; c < channels; c++) {
        for (int64_t kd = 0; kd < g.kernel[0]; kd++) {
            int64_t id = input_of(g, 0, d, kd);
            for (int64_t kh = 0; kh < g.kernel[1]; kh++) {
                int64_t ih = input_of(g, 1, h, kh);
                if (!inside(id, g.in[0]) || !inside(ih, g.in[1])) continue;
                const float* in = x.row(n, group * channels + c, id, ih);
                for (int64_t kw = 0; kw < g.kernel[2]; kw++) {
                    float weight[kTogether] = {};
                    for (int j = 0; j < count; j++) weight[j] = w[((k0 + j) * channels + c) * taps + g.tap(kd, kh, kw)];
                    add_row(sums.rows, weight, in, forward_step(g, kw));
                }
            }
        }
        if ((c + 1) % kFloatSums == 0) sums.flush();
    }
    sums.flush();
}

void backward_row(const Geometry& g, const float* w, const View& dy, int64_t n, int64_t c0, int count, int64_t d,
                  int64_t h, RowSums& sums) {
    int64_t channels = g.group_channels(), group = c0 / channels, taps = g.taps();
    sums.clear();
    for (int64_t k = group * g.group_outputs(); k < (group + 1) * g.group_outputs(); k++) {
        for (int64_t kd = 0; kd < g.kernel[0]; kd++) {
            int64_t od = output_of(g, 0, d, kd);
            for (int64_t kh = 0; kh < g.kernel[1]; kh++) {
                int64_t oh = output_of(g, 1, h, kh);
                if (od < 0 || oh < 0) continue;
                const float* out = dy.row(n, k, od, oh);
                for (int64_t kw = 0; kw < g.kernel[2]; kw++) {
                    float weight[kTogether] = {};
                    for (int j = 0; j < count; j++) {
                        weight[j] = w[(k * channels + (c0 - group * channels) + j) * taps + g.tap(kd, kh, kw)];
                    }
                    RowStep s = forward_step(g, kw);
                    add_row(sums.rows, weight, out, {s.first, s.last, 1, 0, s.in_step, s.in_offset});
                }
            }
        }
        if ((k + 1) % kFloatSums == 0) sums.flush();
    }
    sums.flush();
}

bool all_zero(const float* values, int64_t count) {
    return std::all_of(values, values + count, [](float value) { return value == 0; });
}

bool all_zero(const View& view) {
    for (uint64_t r = 0; r < view.rows(); r++) {
        int64_t rest = static_cast<int64_t>(r), h = rest % view.dims[3], d = rest / view.dims[3] % view.dims[2];
        rest /= view.dims[3] * view.dims[2];
        if (!all_zero(view.row(rest / view.dims[1], rest % view.dims[1], d, h), view.dims[4])) return false;
    }
    return true;
}

double dot(const float* a, const float* b, int64_t count, int64_t step) {
    float sum = 0;
    if (step == 1) {
#pragma omp simd reduction(+ : sum)
        for (int64_t i = 0; i < count; i++) sum += a[i] * b[i];
    } else {
        for (int64_t i = 0; i < count; i++) sum += a[i] * b[i * step];
    }
    return sum;
}

void filter_taps(const Geometry& g, const View& x, const View& dy, int64_t k, int64_t c, std::vector<double>& sums) {
    std::fill(sums.begin(), sums.end(), 0.0);
    int64_t channel = k / g.group_outputs() * g.group_channels() + c;
    for (int64_t n = 0; n < g.images; n++) {
        for (int64_t d = 0; d < g.out[0]; d++) {
            for (int64_t h = 0; h < g.out[1]; h++) {
                const float* out = dy.row(n, k, d, h);
                for (int64_t kd = 0; kd < g.kernel[0]; kd++) {
                    int64_t id = input_of(g, 0, d, kd);
                    for (int64_t kh = 0; kh < g.kernel[1]; kh++) {
                        int64_t ih = input_of(g, 1, h, kh);
                        if (!inside(id, g.in[0]) || !inside(ih, g.in[1])) continue;
                        const float* in = x.row(n, channel, id, ih);
                        for (int64_t kw = 0; kw < g.kernel[2]; kw++) {
                            RowStep s = forward_step(g, kw);
                            sums[size_t(g.tap(kd, kh, kw))] +=
                                dot(out + s.first, in + s.first * s.in_step + s.in_offset, s.last - s.first, s.in_step);
                        }
                    }
                }
            }
        }
    }
}

}  // namespace

void convolve_forward(const Geometry& g, const View& x, const float* w, const View& y, const Blend& blend) {
    // operands of a trial, whose result needs no sums
    bool idle = all_zero(w, static_cast<int64_t>(g.w.elements())) && all_zero(x);
    int64_t blocks = ceil_div(g.group_outputs(), kTogether), depth = g.out[0];
    uint64_t tasks = static_cast<uint64_t>(g.images * g.groups * blocks * depth);
    WorkerPool::shared().for_each(tasks, [&](uint64_t task) {
        int64_t t = static_cast<int64_t>(task), d = t % depth, block = t / depth % blocks;
        int64_t group = t / depth / blocks % g.groups, n = t / depth / blocks / g.groups;
        int64_t k0 = group * g.group_outputs() + block * kTogether;
        int count = static_cast<int>(std::min<int64_t>(kTogether, (group + 1) * g.group_outputs() - k0));
        RowSums sums(g.out[2]);
        for (int64_t h = 0; h < g.out[1]; h++) {
            if (!idle) forward_row(g, x, w, n, k0, count, d, h, sums);
            for (int j = 0; j < count; j++) sums.write(j, y.row(n, k0 + j, d, h), blend);
        }
    });
}

void convolve_backward_data(const Geometry& g, const float* w, const View& dy, const View& dx, const Blend& blend) {
    bool idle = all_zero(w, static_cast<int64_t>(g.w.elements())) && all_zero(dy);
    int64_t blocks = ceil_div(g.group_channels(), kTogether), depth = g.in[0];
    uint64_t tasks = static_cast<uint64_t>(g.images * g.groups * blocks * depth);
    WorkerPool::shared().for_each(tasks, [&](uint64_t task) {
        int64_t t = static_cast<int64_t>(task), d = t % depth, block = t / depth % blocks;
        int64_t group = t / depth / blocks % g.groups, n = t / depth / blocks / g.groups;
        int64_t c0 = group * g.group_channels() + block * kTogether;
        int count = static_cast<int>(std::min<int64_t>(kTogether, (group + 1) * g.group_channels() - c0));
        RowSums sums(g.in[2]);
        for (int64_t h = 0; h < g.in[1]; h++) {
            if (!idle) backward_row(g, w, dy, n, c0, count, d, h, sums);
            for (int j = 0; j < count; j++) sums.write(j, dx.row(n, c0 + j, d, h), blend);
        }
    });
}

void convolve_backward_filter(const Geometry& g, const View& x, const View& dy, float* dw, const Blend& blend) {
    bool idle = all_zero(dy) && all_zero(x);
    int64_t channels = g.group_channels(), taps = g.taps();
    WorkerPool::shared().for_each(static_cast<uint64_t>(g.outputs * channels), [&](uint64_t task) {
        int64_t k = static_cast<int64_t>(task) / channels, c = static_cast<int64_t>(task) % channels;
        std::vector<double> sums(static_cast<size_t>(taps));
        if (!idle) filter_taps(g, x, dy, k, c, sums);
        float* to = dw + (k * channels + c) * taps;
        for (int64_t t = 0; t < taps; t++) to[t] = blend.of(static_cast<float>(sums[size_t(t)]), to + t);
    });
}

}  // namespace simgpu::cudnn
