// Which algorithms a convolution has, what workspace each needs and how fast each pretends to be.
#include <algorithm>
#include <map>

#include "cudnn_convolution.h"

namespace simgpu::cudnn {
namespace {

// As cuDNN lays it out.
struct Performance {
    int algorithm;
    int status;
    float milliseconds;
    size_t memory;
    int determinism;
    int math;
    int reserved[3];
};

struct Algorithm {
    int number;
    bool deterministic;
    double rate;  // of the pretended card's 8 TFLOP/s
    bool three_dimensional;
    bool unit_stride_only;
    int kernel;   // the only kernel size it does; 0 for all
};

const std::vector<Algorithm>& algorithms(Pass pass) {
    static const std::map<Pass, std::vector<Algorithm>> table = {
        {Pass::Forward, {{0, true, 0.3, true, false, 0}, {1, true, 0.6, true, false, 0},
                         {2, true, 0.2, false, false, 0}, {5, true, 0.4, true, true, 0},
                         {6, true, 0.9, false, true, 3}, {7, true, 0.8, false, true, 3}}},
        {Pass::BackwardData, {{0, false, 0.5, true, false, 0}, {1, true, 0.4, true, false, 0},
                              {3, true, 0.3, true, true, 0}, {4, true, 0.8, false, true, 3}}},
        {Pass::BackwardFilter, {{0, false, 0.5, true, false, 0}, {1, true, 0.4, true, false, 0},
                                {3, false, 0.45, true, false, 0}, {5, true, 0.7, false, true, 3}}}};
    return table.at(pass);
}

int algorithm_count(Pass pass) { return pass == Pass::Forward ? 8 : pass == Pass::BackwardData ? 6 : 7; }

const Algorithm* find(Pass pass, int number) {
    for (const Algorithm& a : algorithms(pass)) {
        if (a.number == number) return &a;
    }
    return nullptr;
}

bool all_are(const std::array<int64_t, 3>& values, size_t count, int64_t wanted) {
    return std::all_of(values.end() - static_cast<long>(count), values.end(), [=](int64_t v) { return v == wanted; });
}

bool does(const Algorithm& a, const Geometry& g) {
    if (g.spatial_dims == 3 && !a.three_dimensional) return false;
    if (a.unit_stride_only && (!all_are(g.stride, 3, 1) || !all_are(g.dilation, 3, 1))) return false;
    return a.kernel == 0 || all_are(g.kernel, g.spatial_dims, a.kernel);
}

uint64_t aligned(uint64_t bytes) { return (bytes + 255) / 256 * 256; }

// Tensor cores are four times as fast. Without them a math type that allows them is as fast as FMA, nearly.
double speed(Pass pass, const Algorithm& a, const Geometry& g) {
    if (g.math == kFmaMath) return a.rate;
    return a.rate * (rounds_factors(g.math) && !transforms(pass, a.number) ? 4 : 1.02);
}

Performance performance(Pass pass, int number, const Geometry& g, uint64_t limit, bool tried) {
    Performance p{number, kNotSupported, -1, 0, 0, g.math, {}};
    const Algorithm* a = find(pass, number);
    if (a == nullptr || !does(*a, g)) return p;
    p.memory = workspace_bytes(pass, number, g);
    p.determinism = a->deterministic ? 1 : 0;
    if (p.memory > limit) return p;
    p.status = tried ? planted::find_status(pass, number) : kSuccess;
    if (p.status == kSuccess) p.milliseconds = static_cast<float>(0.01 + g.flops() / (speed(pass, *a, g) * 8e12) * 1e3);
    return p;
}

// Each algorithm once under the descriptor's math type and once under the default one, where that is another. Fastest
// first, those that fail or do not apply last.
void list(Pass pass, const Geometry& g, uint64_t limit, bool tried, int wanted, int* returned, Performance* results) {
    require_pointer(returned, "the count");
    require_pointer(results, "the results");
    if (wanted < 1) refuse("no results are wanted");
    std::vector<Performance> all;
    for (int math : g.math == kDefaultMath ? std::vector<int>{g.math} : std::vector<int>{g.math, kDefaultMath}) {
        for (int number = 0; number < algorithm_count(pass); number++) {
            all.push_back(performance(pass, number, g.with_math(math), limit, tried));
        }
    }
    std::stable_sort(all.begin(), all.end(), [](const Performance& a, const Performance& b) {
        bool good = a.status == kSuccess, other = b.status == kSuccess;
        return good != other ? good : good && a.milliseconds < b.milliseconds;
    });
    *returned = std::min<int>(wanted, static_cast<int>(all.size()));
    std::copy_n(all.begin(), *returned, results);
}

}  // namespace

std::string algorithm_code(Pass pass, int algorithm, const Geometry& g) {
    return format("cuDNN, pass %d, algorithm %d in %zuD", static_cast<int>(pass), algorithm, g.spatial_dims);
}

bool transforms(Pass pass, int algorithm) {
    switch (pass) {
        case Pass::Forward: return algorithm >= 4;
        case Pass::BackwardData: return algorithm >= 2;
        case Pass::BackwardFilter: return algorithm == 2 || algorithm >= 4;
    }
    return false;
}

namespace {

// Under a math type that allows tensor cores.
uint64_t plain_workspace_bytes(Pass pass, int algorithm, const Geometry& g) {
    const Algorithm* a = find(pass, algorithm);
    if (a == nullptr) not_supported(format("algorithm %d does not exist", algorithm));
    if (!does(*a, g)) not_supported(format("algorithm %d does not do this convolution", algorithm));
    uint64_t columns = static_cast<uint64_t>(g.group_channels() * g.taps());
    uint64_t filter_bytes = g.w.elements() * 4;
    uint64_t tile = g.spatial_dims == 3 ? 16 * 16 * 9 : 32 * 17;  // complex values of a transformed tile
    uint64_t transformed = tile * 8 * static_cast<uint64_t>(g.channels + g.outputs + g.channels * g.outputs / g.groups);
    uint64_t voxels = static_cast<uint64_t>(g.out[0] * g.out[1] * g.out[2]);
    switch (pass) {
        case Pass::Forward:
            return algorithm == 0 || algorithm == 6 ? 0 : algorithm == 1 ? aligned(columns * 12)
                 : algorithm == 2 ? aligned(columns * voxels * 4)
                 : algorithm == 7 ? aligned(filter_bytes * 4) : aligned(transformed);
        case Pass::BackwardData:
            return algorithm == 0 ? 0 : algorithm == 1 ? aligned(columns * 12 + filter_bytes) : aligned(transformed);
        case Pass::BackwardFilter:
            return algorithm == 0 ? 0 : algorithm == 1 ? aligned(columns * 12 + filter_bytes * 2)
                 : algorithm == 3 ? aligned(filter_bytes) : aligned(transformed);
    }
    return 0;
}

}  // namespace

// Each math type has a kernel of its own, and that of FMA wants a quarter more.
uint64_t workspace_bytes(Pass pass, int algorithm, const Geometry& g) {
    uint64_t bytes = plain_workspace_bytes(pass, algorithm, g);
    return g.math == kFmaMath ? bytes + aligned(bytes / 4) : bytes;
}

}  // namespace simgpu::cudnn

using simgpu::format;
namespace device = simgpu::device;
using namespace simgpu::cudnn;

namespace {

int workspace(const char* name, Pass pass, const void* handle, const void* x, const void* w, const void* convolution,
              const void* y, int algorithm, size_t* bytes) {
    return call(name, [&] {
        live<Handle>(handle, "the handle");
        require_pointer(bytes, "the size");
        *bytes = workspace_bytes(pass, algorithm, Geometry(x, w, convolution, y));
    });
}

int query(const char* name, Pass pass, const void* handle, const void* x, const void* w, const void* convolution,
          const void* y, int wanted, int* returned, Performance* results) {
    return call(name, [&] {
        live<Handle>(handle, "the handle");
        list(pass, Geometry(x, w, convolution, y), UINT64_MAX, false, wanted, returned, results);
    });
}

struct Trial {
    const void *input_a, *input_b;
    void *output, *workspace;
    size_t workspace_bytes;
};

// A search runs every algorithm: inputs are read, and output and workspace hold nothing of use afterwards.
int search(const char* name, Pass pass, const void* handle, const void* x, const void* w, const void* convolution,
           const void* y, const Trial& trial, int wanted, int* returned, Performance* results) {
    return call(name, [&] {
        live<Handle>(handle, "the handle");
        Geometry g(x, w, convolution, y);
        planted::find(pass);
        list(pass, g, trial.workspace_bytes, true, wanted, returned, results);
        for (const Algorithm& a : algorithms(pass)) {
            if (does(a, g)) device::load_code(algorithm_code(pass, a.number, g));
        }
        uint64_t xs = g.x.span() * 4, ws = g.w.elements() * 4, ys = g.y.span() * 4;
        uint64_t a = pass == Pass::BackwardData ? ws : xs, b = pass == Pass::Forward ? ws : ys;
        uint64_t output = pass == Pass::Forward ? ys : pass == Pass::BackwardData ? xs : ws;
        enqueue(handle, [=] {
            device::readable(std::string(name) + ", first input", trial.input_a, a);
            device::readable(std::string(name) + ", second input", trial.input_b, b);
            device::scribble(std::string(name) + ", output", trial.output, output);
            device::scribble(std::string(name) + ", workspace", trial.workspace, trial.workspace_bytes);
        });
    });
}

}  // namespace

SIMGPU_EXPORT int cudnnGetConvolutionForwardAlgorithmMaxCount(void*, int* count) {
    *count = 2 * algorithm_count(Pass::Forward);
    return simgpu::cudnn::kSuccess;
}
SIMGPU_EXPORT int cudnnGetConvolutionBackwardDataAlgorithmMaxCount(void*, int* count) {
    *count = 2 * algorithm_count(Pass::BackwardData);
    return simgpu::cudnn::kSuccess;
}
SIMGPU_EXPORT int cudnnGetConvolutionBackwardFilterAlgorithmMaxCount(void*, int* count) {
    *count = 2 * algorithm_count(Pass::BackwardFilter);
    return simgpu::cudnn::kSuccess;
}

SIMGPU_EXPORT int cudnnGetConvolutionForwardWorkspaceSize(void* handle, void* x, void* w, void* c, void* y,
                                                          int algorithm, size_t* bytes) {
    return workspace("cudnnGetConvolutionForwardWorkspaceSize", Pass::Forward, handle, x, w, c, y, algorithm, bytes);
}
SIMGPU_EXPORT int cudnnGetConvolutionBackwardDataWorkspaceSize(void* handle, void* w, void* dy, void* c, void* dx,
                                                               int algorithm, size_t* bytes) {
    return workspace("cudnnGetConvolutionBackwardDataWorkspaceSize", Pass::BackwardData, handle, dx, w, c, dy,
                     algorithm, bytes);
}
SIMGPU_EXPORT int cudnnGetConvolutionBackwardFilterWorkspaceSize(void* handle, void* x, void* dy, void* c, void* dw,
                                                                 int algorithm, size_t* bytes) {
    return workspace("cudnnGetConvolutionBackwardFilterWorkspaceSize", Pass::BackwardFilter, handle, x, dw, c, dy,
                     algorithm, bytes);
}

SIMGPU_EXPORT int cudnnGetConvolutionForwardAlgorithm_v7(void* handle, void* x, void* w, void* c, void* y, int wanted,
                                                         int* returned, Performance* results) {
    return query("cudnnGetConvolutionForwardAlgorithm_v7", Pass::Forward, handle, x, w, c, y, wanted, returned,
                 results);
}
SIMGPU_EXPORT int cudnnGetConvolutionBackwardDataAlgorithm_v7(void* handle, void* w, void* dy, void* c, void* dx,
                                                              int wanted, int* returned, Performance* results) {
    return query("cudnnGetConvolutionBackwardDataAlgorithm_v7", Pass::BackwardData, handle, dx, w, c, dy, wanted,
                 returned, results);
}
SIMGPU_EXPORT int cudnnGetConvolutionBackwardFilterAlgorithm_v7(void* handle, void* x, void* dy, void* c, void* dw,
                                                                int wanted, int* returned, Performance* results) {
    return query("cudnnGetConvolutionBackwardFilterAlgorithm_v7", Pass::BackwardFilter, handle, x, dw, c, dy, wanted,
                 returned, results);
}

SIMGPU_EXPORT int cudnnFindConvolutionForwardAlgorithmEx(void* handle, void* xd, const void* x, void* wd, const void* w,
                                                         void* c, void* yd, void* y, int wanted, int* returned,
                                                         Performance* results, void* space, size_t bytes) {
    return search("cudnnFindConvolutionForwardAlgorithmEx", Pass::Forward, handle, xd, wd, c, yd,
                  {x, w, y, space, bytes}, wanted, returned, results);
}
SIMGPU_EXPORT int cudnnFindConvolutionBackwardDataAlgorithmEx(void* handle, void* wd, const void* w, void* dyd,
                                                              const void* dy, void* c, void* dxd, void* dx, int wanted,
                                                              int* returned, Performance* results, void* space,
                                                              size_t bytes) {
    return search("cudnnFindConvolutionBackwardDataAlgorithmEx", Pass::BackwardData, handle, dxd, wd, c, dyd,
                  {w, dy, dx, space, bytes}, wanted, returned, results);
}
SIMGPU_EXPORT int cudnnFindConvolutionBackwardFilterAlgorithmEx(void* handle, void* xd, const void* x, void* dyd,
                                                                const void* dy, void* c, void* dwd, void* dw,
                                                                int wanted, int* returned, Performance* results,
                                                                void* space, size_t bytes) {
    return search("cudnnFindConvolutionBackwardFilterAlgorithmEx", Pass::BackwardFilter, handle, xd, dwd, c, dyd,
                  {x, dy, dw, space, bytes}, wanted, returned, results);
}
