// Tensors in memory as the operations see them.
#include "cudnn.h"

namespace simgpu::cudnn {
namespace {

void check_rows(const char* what, const View& view, const float* device_data, Use use) {
    uint64_t bytes = static_cast<uint64_t>(view.dims[4]) * 4;
    for (int64_t n = 0; n < view.dims[0]; n++) {
        for (int64_t c = 0; c < view.dims[1]; c++) {
            for (int64_t d = 0; d < view.dims[2]; d++) {
                for (int64_t h = 0; h < view.dims[3]; h++) {
                    const float* row = device_data + (view.row(n, c, d, h) - view.data);
                    if (use != Use::Write) device::readable(what, row, bytes);
                    if (use != Use::Read) device::mark_written(row, bytes);
                }
            }
        }
    }
}

}  // namespace

Blend::Blend(const void* alpha_at, const void* beta_at) {
    require_pointer(alpha_at, "alpha");
    require_pointer(beta_at, "beta");
    alpha = *static_cast<const float*>(alpha_at);
    beta = *static_cast<const float*>(beta_at);
}

Use output_use(const Blend& blend) { return blend.beta == 0 ? Use::Write : Use::Update; }

std::array<int64_t, 3> spatial(const std::vector<int64_t>& values, int64_t filler) {
    std::array<int64_t, 3> result{filler, filler, filler};
    for (size_t i = 0; i < values.size(); i++) result[3 - values.size() + i] = values[i];
    return result;
}

View view(const char* what, const TensorDescriptor& descriptor, const void* data, Use use) {
    View result;
    size_t rank = descriptor.dims.size();
    if (rank > 5) not_supported(format("%s has %zu dimensions", what, rank));
    if (descriptor.strides[rank - 1] != 1 && descriptor.dims[rank - 1] > 1) {
        not_supported(format("%s: the last dimension is not contiguous", what));
    }
    std::vector<int64_t> dims(descriptor.dims.begin() + 2, descriptor.dims.end());
    std::vector<int64_t> strides(descriptor.strides.begin() + 2, descriptor.strides.end());
    std::array<int64_t, 3> size = spatial(dims, 1), step = spatial(strides, 0);
    result.dims = {descriptor.dims[0], descriptor.dims[1], size[0], size[1], size[2]};
    result.strides = {descriptor.strides[0], descriptor.strides[1], step[0], step[1], step[2]};
    uint64_t bytes = descriptor.span() * 4;
    device::check_range(what, data, bytes, 4);
    result.data = reinterpret_cast<float*>(device::raw(what, data, bytes));
    if (!descriptor.packed()) {
        check_rows(what, result, static_cast<const float*>(data), use);
        return result;
    }
    if (use != Use::Write) device::readable(what, data, bytes);
    if (use != Use::Read) device::mark_written(data, bytes);
    return result;
}

}  // namespace simgpu::cudnn
