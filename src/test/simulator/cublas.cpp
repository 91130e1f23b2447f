// The simulated cuBLAS: single-precision matrix products, column-major, with double sums.
#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "device.h"
#include "float_math.h"
#include "worker_pool.h"

// The major version; the library of another one differs in nothing else.
#ifndef SIMGPU_CUBLAS
#define SIMGPU_CUBLAS 12
#endif

#define SIMGPU_EXPORT extern "C" __attribute__((visibility("default")))

namespace device = simgpu::device;
using simgpu::format;

namespace {

enum Status : int {
    kSuccess = 0, kNotInitialized = 1, kAllocFailed = 3, kInvalidValue = 7, kExecutionFailed = 13, kNotSupported = 15
};

enum Math : int { kTensorOpMath = 1, kTf32Math = 3 };

struct Refusal {
    Status status;
    std::string why;
};

struct Handle {
    const void* context = device::current_context();
    void* stream = nullptr;
    bool given = false;  // a workspace, by the program
    void* workspace = nullptr;
    size_t workspace_bytes = 0;
    uint64_t pool = 0;   // or one of its own, at the first product
    int math = 0;
    int pointer_mode = 0;
    int atomics = 0;
};

std::map<void*, std::unique_ptr<Handle>>& handles() {
    static auto* const all = new std::map<void*, std::unique_ptr<Handle>>();
    return *all;
}

Handle& live(void* handle) {
    auto found = handles().find(handle);
    if (found == handles().end()) throw Refusal{kNotInitialized, "the handle is not there"};
    return *found->second;
}

template <class F>
int call(const char* name, F f) {
    try {
        f();
        return simgpu::sticky() == simgpu::kSuccess ? kSuccess : kExecutionFailed;
    } catch (const Refusal& refusal) {
        simgpu::explain(std::string(name) + ": " + refusal.why);
        return refusal.status;
    } catch (const simgpu::Fault& fault) {
        simgpu::report(simgpu::Fault(fault.code, std::string(name) + ": " + fault.what()));
        return kExecutionFailed;
    }
}

void require(bool holds, const std::string& otherwise) {
    if (!holds) throw Refusal{kInvalidValue, otherwise};
}

// C = alpha · op(A) op(B) + beta · C, each column-major with its leading dimension, for each of `count` in strides.
struct Product {
    bool transpose_a, transpose_b;
    int64_t m, n, k;
    float alpha, beta;
    const float *a, *b;
    float* c;
    int64_t lda, ldb, ldc;
    int64_t stride_a = 0, stride_b = 0, stride_c = 0, count = 1;
    bool rounded = false;  // factors, for tensor cores
};

struct Shape {
    int64_t rows, columns, leading;
};

void check(const Product& p) {
    require(p.m >= 0 && p.n >= 0 && p.k >= 0 && p.count >= 0, format("sizes %ld, %ld, %ld", p.m, p.n, p.k));
    require(p.lda >= std::max<int64_t>(1, p.transpose_a ? p.k : p.m), format("lda %ld is too small", p.lda));
    require(p.ldb >= std::max<int64_t>(1, p.transpose_b ? p.n : p.k), format("ldb %ld is too small", p.ldb));
    require(p.ldc >= std::max<int64_t>(1, p.m), format("ldc %ld is too small", p.ldc));
}

// Checks each column; only what the product reads must be written.
template <class F>
void each_column(const Shape& s, const float* data, F f) {
    if (s.leading == s.rows) {
        if (s.rows * s.columns > 0) f(data, static_cast<uint64_t>(s.rows * s.columns) * 4);
        return;
    }
    for (int64_t j = 0; j < s.columns && s.rows > 0; j++) f(data + j * s.leading, static_cast<uint64_t>(s.rows) * 4);
}

const float* input(const char* what, const Shape& s, const float* data) {
    each_column(s, data, [&](const float* at, uint64_t bytes) { device::readable(what, at, bytes); });
    return reinterpret_cast<const float*>(device::raw(what, data, 4));
}

// All that lies between the first and the last element, rounded into `copy` where tensor cores take it.
const float* factors(const Product& p, const Shape& s, const float* data, std::vector<float>& copy) {
    if (!p.rounded || s.rows * s.columns == 0) return data;
    copy.resize(static_cast<size_t>((s.columns - 1) * s.leading + s.rows));
    for (size_t i = 0; i < copy.size(); i++) copy[i] = simgpu::to_tf32(data[i]);
    return copy.data();
}

float* output(const Shape& s, float* data, bool read) {
    each_column(s, data, [&](const float* at, uint64_t bytes) {
        if (read) device::readable("C", at, bytes);
        device::writable("C", at, bytes);
    });
    return reinterpret_cast<float*>(device::raw("C", data, 4));
}

bool all_zero(const Shape& s, const float* data) {
    for (int64_t j = 0; j < s.columns; j++) {
        for (int64_t i = 0; i < s.rows; i++) {
            if (data[i + j * s.leading] != 0) return false;
        }
    }
    return true;
}

// One tile of a column of C: sums of at most kRun products are float, their sums double.
void column_tile(const Product& p, const float* a, const float* b, float* c, int64_t j, int64_t first, int64_t last) {
    constexpr int64_t kRun = 64;
    size_t rows = static_cast<size_t>(last - first);
    std::vector<float> run(rows);
    std::vector<double> total(rows);
    for (int64_t l = 0; l < p.k; l++) {
        float factor = p.transpose_b ? b[j + l * p.ldb] : b[l + j * p.ldb];
        if (p.transpose_a) {
            for (size_t i = 0; i < rows; i++) run[i] += a[l + (first + int64_t(i)) * p.lda] * factor;
        } else {
            const float* column = a + l * p.lda + first;
#pragma GCC ivdep
            for (size_t i = 0; i < rows; i++) run[i] += column[i] * factor;
        }
        if ((l + 1) % kRun != 0 && l + 1 < p.k) continue;
        for (size_t i = 0; i < rows; i++) total[i] += run[i];
        std::fill(run.begin(), run.end(), 0.0f);
    }
    for (size_t i = 0; i < rows; i++) {
        float* to = c + first + static_cast<int64_t>(i) + j * p.ldc;
        *to = static_cast<float>(p.alpha * total[i]) + (p.beta == 0 ? 0 : p.beta * *to);
    }
}

void multiply(Product p) {
    if (p.m == 0 || p.n == 0) return;
    constexpr int64_t kTile = 1024;
    Shape as{p.transpose_a ? p.k : p.m, p.transpose_a ? p.m : p.k, p.lda};
    Shape bs{p.transpose_b ? p.n : p.k, p.transpose_b ? p.k : p.n, p.ldb};
    for (int64_t i = 0; i < p.count; i++) {
        std::vector<float> a_copy, b_copy;
        const float* a = factors(p, as, input("A", as, p.a + i * p.stride_a), a_copy);
        const float* b = factors(p, bs, input("B", bs, p.b + i * p.stride_b), b_copy);
        float* c = output({p.m, p.n, p.ldc}, p.c + i * p.stride_c, p.beta != 0);
        if (p.count == 1 && all_zero(as, a) && all_zero(bs, b)) p.k = 0;  // operands of a trial need no sums
        int64_t tiles = (p.m + kTile - 1) / kTile;
        simgpu::WorkerPool::shared().for_each(static_cast<uint64_t>(p.n * tiles), [&](uint64_t task) {
            int64_t j = static_cast<int64_t>(task) / tiles, first = static_cast<int64_t>(task) % tiles * kTile;
            column_tile(p, a, b, c, j, first, std::min(p.m, first + kTile));
        });
    }
}

// Scratch memory of its own, where the program gave none.
void take_pool(Handle& own) {
    uint64_t bytes = device::product_bytes();
    if (own.given || own.pool != 0 || bytes == 0) return;
    own.pool = device::take(bytes);
    if (own.pool == 0) throw Refusal{kAllocFailed, format("no memory for a workspace of %lu bytes", bytes)};
}

int product(const char* name, void* handle, int transpose_a, int transpose_b, Product p, const float* alpha,
            const float* beta) {
    return call(name, [&] {
        Handle& own = live(handle);
        if (own.context != device::current_context()) {
            throw Refusal{kExecutionFailed, "the handle was made in another context than the current one"};
        }
        if (!device::load_code("cuBLAS")) throw Refusal{kAllocFailed, "no memory for its code"};
        take_pool(own);
        require(own.pointer_mode == 0, "scalars on the device are not simulated");
        require(alpha != nullptr && beta != nullptr, "alpha or beta is a null pointer");
        require(transpose_a >= 0 && transpose_a <= 2 && transpose_b >= 0 && transpose_b <= 2, "no such operation");
        p.transpose_a = transpose_a != 0;
        p.transpose_b = transpose_b != 0;
        p.alpha = *alpha;
        p.beta = *beta;
        p.rounded = (own.math == kTensorOpMath || own.math == kTf32Math) && device::compute_capability() >= 80;
        check(p);
        void* scratch = own.given ? own.workspace : nullptr;
        size_t bytes = own.given ? own.workspace_bytes : 0;
        device::enqueue(own.stream, [=] {
            if (bytes > 0) device::scribble("workspace", scratch, bytes);
            multiply(p);
        });
    });
}

__attribute__((destructor)) void end_of_process() {
    if (simgpu::sticky() != simgpu::kSuccess || handles().empty()) return;
    simgpu::complain(format("leak: %zu cuBLAS handles were not destroyed", handles().size()));
}

}  // namespace

SIMGPU_EXPORT int cublasCreate_v2(void** handle) {
    return call("cublasCreate", [&] {
        require(handle != nullptr, "the handle is a null pointer");
        if (!device::has_context()) throw Refusal{kNotInitialized, "no context is current"};
        device::keep_context();
        auto made = std::make_unique<Handle>();
        *handle = made.get();
        handles()[*handle] = std::move(made);
    });
}

SIMGPU_EXPORT int cublasDestroy_v2(void* handle) {
    return call("cublasDestroy", [&] {
        if (live(handle).pool != 0) device::give_back(live(handle).pool);
        handles().erase(handle);
    });
}

SIMGPU_EXPORT int cublasGetVersion_v2(void*, int* version) {
    *version = SIMGPU_CUBLAS * 10000 + 601;
    return kSuccess;
}

SIMGPU_EXPORT size_t cublasGetCudartVersion() { return SIMGPU_CUBLAS * 1000 + 60; }

SIMGPU_EXPORT int cublasGetProperty(int type, int* value) {
    *value = type == 0 ? SIMGPU_CUBLAS : type == 1 ? 6 : 1;
    return kSuccess;
}

SIMGPU_EXPORT int cublasSetStream_v2(void* handle, void* stream) {
    return call("cublasSetStream", [&] {
        require(device::valid_stream(stream), "the stream is not there, or of another context");
        live(handle).stream = stream;
        live(handle).given = false;  // the documentation: a new stream resets the workspace to the pool
    });
}

SIMGPU_EXPORT int cublasGetStream_v2(void* handle, void** stream) {
    return call("cublasGetStream", [&] { *stream = live(handle).stream; });
}

SIMGPU_EXPORT int cublasSetMathMode(void* handle, int mode) {
    return call("cublasSetMathMode", [&] { live(handle).math = mode; });
}

SIMGPU_EXPORT int cublasGetMathMode(void* handle, int* mode) {
    return call("cublasGetMathMode", [&] { *mode = live(handle).math; });
}

SIMGPU_EXPORT int cublasSetPointerMode_v2(void* handle, int mode) {
    return call("cublasSetPointerMode", [&] { live(handle).pointer_mode = mode; });
}

SIMGPU_EXPORT int cublasGetPointerMode_v2(void* handle, int* mode) {
    return call("cublasGetPointerMode", [&] { *mode = live(handle).pointer_mode; });
}

SIMGPU_EXPORT int cublasSetAtomicsMode(void* handle, int mode) {
    return call("cublasSetAtomicsMode", [&] { live(handle).atomics = mode; });
}

// The workspace is scratch: whatever lies there is lost with each product.
SIMGPU_EXPORT int cublasSetWorkspace_v2(void* handle, void* workspace, size_t bytes) {
    return call("cublasSetWorkspace", [&] {
        Handle& own = live(handle);
        require(reinterpret_cast<uintptr_t>(workspace) % 256 == 0, "the workspace is not aligned to 256 bytes");
        own.given = true;
        own.workspace = workspace;
        own.workspace_bytes = bytes;
    });
}

SIMGPU_EXPORT const char* cublasGetStatusName(int status) {
    switch (status) {
        case kSuccess: return "CUBLAS_STATUS_SUCCESS";
        case kNotInitialized: return "CUBLAS_STATUS_NOT_INITIALIZED";
        case kAllocFailed: return "CUBLAS_STATUS_ALLOC_FAILED";
        case kInvalidValue: return "CUBLAS_STATUS_INVALID_VALUE";
        case kExecutionFailed: return "CUBLAS_STATUS_EXECUTION_FAILED";
        case kNotSupported: return "CUBLAS_STATUS_NOT_SUPPORTED";
        default: return "CUBLAS_STATUS_INTERNAL_ERROR";
    }
}

SIMGPU_EXPORT const char* cublasGetStatusString(int status) { return cublasGetStatusName(status); }

SIMGPU_EXPORT int cublasSgemm_v2(void* handle, int ta, int tb, int m, int n, int k, const float* alpha, const float* a,
                                 int lda, const float* b, int ldb, const float* beta, float* c, int ldc) {
    Product p{false, false, m, n, k, 0, 0, a, b, c, lda, ldb, ldc};
    return product("cublasSgemm", handle, ta, tb, p, alpha, beta);
}

SIMGPU_EXPORT int cublasSgemm_v2_64(void* handle, int ta, int tb, int64_t m, int64_t n, int64_t k, const float* alpha,
                                    const float* a, int64_t lda, const float* b, int64_t ldb, const float* beta,
                                    float* c, int64_t ldc) {
    Product p{false, false, m, n, k, 0, 0, a, b, c, lda, ldb, ldc};
    return product("cublasSgemm_64", handle, ta, tb, p, alpha, beta);
}

SIMGPU_EXPORT int cublasSgemmStridedBatched(void* handle, int ta, int tb, int m, int n, int k, const float* alpha,
                                            const float* a, int lda, long long stride_a, const float* b, int ldb,
                                            long long stride_b, const float* beta, float* c, int ldc,
                                            long long stride_c, int count) {
    Product p{false, false, m, n, k, 0, 0, a, b, c, lda, ldb, ldc, stride_a, stride_b, stride_c, count};
    return product("cublasSgemmStridedBatched", handle, ta, tb, p, alpha, beta);
}
