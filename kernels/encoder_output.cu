// The end of an encoder level: y = max(renorm(x), 0), of which only the maxima of its windows and its centre, cropped to
// the decoder's size, are written; and the gradient. Formulas: batch_renorm.cu, max_pool.cu, crop_concatenate.cu. Ops:
// lobule.op.EncoderOutput, EncoderOutputBackward.
//
//   encoder_output  pooled, and the concatenation's first C channels; the others are set to 0 beside it
//   backward        dy = the pooled gradient at the largest voxel of each window (ties and NaN as in max_pool.cu), plus
//                   the concatenation's in the crop; y is computed again wherever it is needed; dx as in batch_renorm.cu
//
// Layout, float32: x, dx (N, C, D, H, W); pooled and its gradient (N, C, D/window_depth, H/2, W/2); concatenation and
// its gradient (N, all_channels, up_depth, up_height, up_width); statistics (4, C); gamma, beta (C). window_depth is 2,
// and 1 in 2D, where D = 1. dx may be x: a thread has a window to itself.
// Grid: N * C * ceil(D/window_depth) * chunks, a row being a plane of ceil(H/2) * ceil(W/2) windows.
// Workspace: partial (2, blocks) double and means as in batch_renorm.cu, whose renorm_backward_finish stands between
// the two backward kernels, with ceil(D/window_depth) * chunks for its chunks. Launched by
// lobule.device.cuda.norm.CudaEncoderOutput, CudaEncoderOutputBackward.
#include "norm.cuh"
#include "pooling.cuh"

// Where one channel of the concatenation lies in x.
struct Crop {
    long long channel;  // index of the channel's first voxel in the concatenation
    int d0;             // that voxel in x
    int h0;
    int w0;
    int depth;  // sizes of the concatenation
    int height;
    int width;

    // Index of a voxel of x in the concatenation, -1 outside the crop.
    __device__ long long index(int d, int h, int w) const {
        d -= d0;
        h -= h0;
        w -= w0;
        bool inside = (unsigned) d < (unsigned) depth && (unsigned) h < (unsigned) height
                      && (unsigned) w < (unsigned) width;
        return inside ? channel + ((long long) d * height + h) * width + w : -1;
    }
};

DEVICE Crop crop_of(const Windows& x, const WindowRow& row, long long channels, long long all_channels,
                    long long up_depth, long long up_height, long long up_width) {
    long long channel = row.sample_channel / channels * all_channels + row.sample_channel % channels;
    return {channel * up_depth * up_height * up_width, (int) (x.depth - up_depth) / 2, (int) (x.height - up_height) / 2,
            (int) (x.width - up_width) / 2, (int) up_depth, (int) up_height, (int) up_width};
}

// y of a voxel of a window.
DEVICE float output_at(const Norm& norm, const float* window, long long offset) {
    return rectified(norm.output(window[offset] - norm.mean));
}

extern "C" __global__ void __launch_bounds__(BLOCK, RESIDENT_BLOCKS)
encoder_output(float* pooled, float* concatenation, const float* x, const float* statistics, const float* gamma,
               const float* beta, long long channels, long long all_channels, long long depth, long long height,
               long long width, long long up_depth, long long up_height, long long up_width, long long window_depth,
               long long chunks) {
    Windows windows = {depth, height, width, window_depth};
    Chunk chunk = block_chunk(windows.high() * windows.wide(), chunks);
    WindowRow row = window_row(windows, chunk.row);
    Norm norm = norm_of(statistics, gamma, beta, channels, row.sample_channel % channels);
    Crop crop = crop_of(windows, row, channels, all_channels, up_depth, up_height, up_width);
    for (long long i = chunk.begin + threadIdx.x; i < chunk.end; i += BLOCK) {
        Window window = window_at(windows, row, i);
        auto value = [&](long long offset) { return output_at(norm, x + window.first, offset); };
        if (window.pooled >= 0) {
            pooled[window.pooled] = largest_in_window(value, window_depth, height * width, width).value;
        }
        for_each_voxel(windows, window, [&](long long offset, int d, int h, int w) {
            long long at = crop.index(d, h, w);
            if (at >= 0) {
                concatenation[at] = value(offset);
            }
        });
    }
}

// Calls visit(index in x, x - mu, gradient of the normalised value) for every voxel of a window. It may change x there.
template <class Visit>
DEVICE void for_each_gradient(const Windows& windows, const Window& window, const Crop& crop, const Norm& norm,
                              const float* x, const float* dpooled, const float* dconcatenation, Visit visit) {
    long long largest = -1;
    float of_largest = 0;
    if (window.pooled >= 0) {
        auto value = [&](long long offset) { return output_at(norm, x + window.first, offset); };
        largest = largest_in_window(value, windows.window_depth, windows.height * windows.width, windows.width).offset;
        of_largest = dpooled[window.pooled];
    }
    for_each_voxel(windows, window, [&](long long offset, int d, int h, int w) {
        float dy = offset == largest ? of_largest : 0.0f;
        long long at = crop.index(d, h, w);
        if (at >= 0) {
            dy += dconcatenation[at];
        }
        float centred = x[window.first + offset] - norm.mean;
        visit(window.first + offset, centred, norm.gradient(centred, dy, true));
    });
}

extern "C" __global__ void __launch_bounds__(BLOCK, RESIDENT_BLOCKS)
encoder_output_backward_partial(double* partial, const float* x, const float* statistics, const float* gamma,
                                const float* beta, const float* dpooled, const float* dconcatenation,
                                long long channels, long long all_channels, long long depth, long long height,
                                long long width, long long up_depth, long long up_height, long long up_width,
                                long long window_depth, long long chunks) {
    Windows windows = {depth, height, width, window_depth};
    Chunk chunk = block_chunk(windows.high() * windows.wide(), chunks);
    WindowRow row = window_row(windows, chunk.row);
    Norm norm = norm_of(statistics, gamma, beta, channels, row.sample_channel % channels);
    Crop crop = crop_of(windows, row, channels, all_channels, up_depth, up_height, up_width);
    GradientSums sums;
    for (long long i = chunk.begin + threadIdx.x; i < chunk.end; i += BLOCK) {
        Window window = window_at(windows, row, i);
        for_each_gradient(windows, window, crop, norm, x, dpooled, dconcatenation,
                          [&](long long, float centred, float gradient) { sums.add(gradient, centred); });
        sums.end_group();
    }
    sums.write(partial, blockIdx.x, gridDim.x);
}

extern "C" __global__ void __launch_bounds__(BLOCK, RESIDENT_BLOCKS)
encoder_output_backward_apply(float* dx, const float* x, const float* statistics, const float* gamma,
                              const float* beta, const float* dpooled, const float* dconcatenation,
                              const float* means, long long channels, long long all_channels, long long depth,
                              long long height, long long width, long long up_depth, long long up_height,
                              long long up_width, long long window_depth, long long chunks) {
    Windows windows = {depth, height, width, window_depth};
    Chunk chunk = block_chunk(windows.high() * windows.wide(), chunks);
    WindowRow row = window_row(windows, chunk.row);
    long long c = row.sample_channel % channels;
    Norm norm = norm_of(statistics, gamma, beta, channels, c);
    GradientMeans mean = means_of(means, channels, c);
    Crop crop = crop_of(windows, row, channels, all_channels, up_depth, up_height, up_width);
    for (long long i = chunk.begin + threadIdx.x; i < chunk.end; i += BLOCK) {
        Window window = window_at(windows, row, i);
        for_each_gradient(windows, window, crop, norm, x, dpooled, dconcatenation,
                          [&](long long at, float centred, float gradient) {
                              dx[at] = mean.input_gradient(norm, centred, gradient);
                          });
    }
}
