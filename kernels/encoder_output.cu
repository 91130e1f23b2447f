// The end of an encoder level: y = max(renorm(x), 0), of which only the maxima of its windows and its centre, cropped
// to the decoder's size, are written; and the gradient. Formulas: batch_renorm.cu, max_pool.cu, crop_concatenate.cu.
// Ops: lobule.op.EncoderOutput, EncoderOutputBackward.
//
//   encoder_output  pooled, and the concatenation's first C channels; the others are set to 0 beside it
//   backward        dy = the pooled gradient at the largest voxel of each window (ties and NaN as in max_pool.cu), plus
//                   the concatenation's in the crop; y is computed again wherever needed; dx as in batch_renorm.cu
//
// Layout, float32: x, dx (N, C, D, H, W); pooled and its gradient (N, C, D/window_depth, H/2, W/2); concatenation and
// its gradient (N, all_channels, up_depth, up_height, up_width); statistics (4, C); gamma, beta (C). window_depth is 2,
// and 1 in 2D, where D = 1. dx may be x: a block reads a tile of windows before it writes it.
// Grid: N * C * ceil(D/window_depth) * chunks, a row being a plane of ceil(H/2) * ceil(W/2) windows.
// Workspace: partial (2, blocks) double and means as in batch_renorm.cu, whose renorm_backward_finish stands between
// the two backward kernels, with ceil(D/window_depth) * chunks for its chunks. Launched by
// lobule.device.cuda.norm.CudaEncoderOutput, CudaEncoderOutputBackward.
#include "norm.cuh"
#include "pooling.cuh"

// The norm of a block's channel, loaded once.
DEVICE Norm block_norm(const float* statistics, const float* gamma, const float* beta, long long channels,
                       long long channel) {
    __shared__ Norm norm;
    if (threadIdx.x == 0) {
        norm = norm_of(statistics, gamma, beta, channels, channel);
    }
    __syncthreads();
    return norm;
}

// Sizes of the concatenation, which is x cropped around its centre.
struct Centre {
    int channels;      // of x
    int all_channels;  // of the concatenation
    int depth;
    int height;
    int width;
};

DEVICE Centre centre_of(long long channels, long long all_channels, long long depth, long long height,
                        long long width) {
    return {(int) channels, (int) all_channels, (int) depth, (int) height, (int) width};
}

// The voxels of a tile that the concatenation has too.
struct Crop {
    Box box;  // there; without slices where there are none
    int d;    // its first in the tile
    int h;
    int w;

    __device__ bool has(int tile_d, int tile_h, int tile_w) const {
        return (unsigned) (tile_d - d) < (unsigned) box.slices && (unsigned) (tile_h - h) < (unsigned) box.rows
               && (unsigned) (tile_w - w) < (unsigned) box.columns;
    }
};

DEVICE Crop crop_of(const Windows& x, const Centre& centre, const Tile& tile, int sample_channel) {
    Overlap d = overlap(tile.d, tile.voxels.slices, x.depth, centre.depth);
    Overlap h = overlap(tile.h, tile.voxels.rows, x.height, centre.height);
    Overlap w = overlap(tile.w, tile.voxels.columns, x.width, centre.width);
    bool empty = d.count == 0 || h.count == 0 || w.count == 0;
    long long channel = (long long) (sample_channel / centre.channels) * centre.all_channels
                        + sample_channel % centre.channels;
    long long first = ((channel * centre.depth + d.centre) * centre.height + h.centre) * centre.width + w.centre;
    return {{first, (unsigned) centre.height * (unsigned) centre.width, (unsigned) centre.width,
             empty ? 0 : d.count, empty ? 0 : h.count, empty ? 0 : w.count}, d.begin, h.begin, w.begin};
}

extern "C" __global__ void __launch_bounds__(BLOCK, RESIDENT_BLOCKS)
encoder_output(float* pooled, float* concatenation, const float* x, const float* statistics, const float* gamma,
               const float* beta, long long channels, long long all_channels, long long depth, long long height,
               long long width, long long up_depth, long long up_height, long long up_width, long long window_depth,
               long long chunks) {
    __shared__ BoxMemory memory;
    Windows windows = windows_of(depth, height, width, window_depth);
    Centre centre = centre_of(channels, all_channels, up_depth, up_height, up_width);
    int sample_channel = (int) (blockIdx.x / (unsigned) chunks / (unsigned) windows.deep());
    Norm norm = block_norm(statistics, gamma, beta, channels, sample_channel % (int) channels);
    for_each_tile(windows, chunks, [&](const Tile& tile) {
        __syncthreads();  // the tile before has been read
        auto output = [&](float value) { return rectified(norm.output(value - norm.mean)); };
        read_box<BOX_SLICES>(memory, tile.voxels, x, output);
        __syncthreads();
        if ((int) threadIdx.x < tile.windows) {
            Window window = window_of(tile);
            if (window.whole(tile)) {
                pooled[window.pooled(tile)] = largest_of(memory, window, Same()).value;
            }
        }
        Crop crop = crop_of(windows, centre, tile, sample_channel);
        write_box(concatenation, crop.box, [&](int slice, int number, int i) {
            int row = crop.box.row(number, i);
            int column = crop.box.column(i);
            return memory.values[tile.voxels.place(slice + crop.d, row + crop.h, column + crop.w)];
        });
    });
}

// Reads a tile's x - mu and its gradients in the concatenation, and calls visit(place of a voxel in shared memory,
// x - mu, gradient of the normalised value) for every voxel of the thread's window, then after() where it has one. All
// threads call it.
template <class Visit, class After>
DEVICE void for_each_gradient(BoxMemory& centred, const Windows& windows, const Centre& centre, const Tile& tile,
                              int sample_channel, const Norm& norm, const float* x, const float* dpooled,
                              const float* dconcatenation, Visit visit, After after) {
    __shared__ BoxMemory gradients;
    __shared__ Crop crop;
    if (threadIdx.x == 0) {
        crop = crop_of(windows, centre, tile, sample_channel);
    }
    __syncthreads();
    read_box<BOX_SLICES>(centred, tile.voxels, x, [&](float value) { return value - norm.mean; });
    read_box<BOX_SLICES>(gradients, crop.box, dconcatenation, Same());
    __syncthreads();
    if ((int) threadIdx.x >= tile.windows) {
        return;
    }
    Window window = window_of(tile);
    auto output = [&](float value) { return rectified(norm.output(value)); };
    int largest = window.whole(tile) ? largest_of(centred, window, output).number : -1;
    float of_largest = largest >= 0 ? dpooled[window.pooled(tile)] : 0.0f;
    window.each([&](int d, int h, int w, int place) {
        float dy = number_of(d, h, w) == largest ? of_largest : 0.0f;
        int row = window.row * WINDOW + h;
        int column = window.column * WINDOW + w;
        if (crop.has(d, row, column)) {
            dy += gradients.values[crop.box.place(d - crop.d, row - crop.h, column - crop.w)];
        }
        float value = centred.values[place];
        visit(centred.values + place, value, norm.gradient(value, dy, true));
    });
    after();
}

extern "C" __global__ void __launch_bounds__(BLOCK, RESIDENT_BLOCKS)
encoder_output_backward_partial(double* partial, const float* x, const float* statistics, const float* gamma,
                                const float* beta, const float* dpooled, const float* dconcatenation,
                                long long channels, long long all_channels, long long depth, long long height,
                                long long width, long long up_depth, long long up_height, long long up_width,
                                long long window_depth, long long chunks) {
    __shared__ BoxMemory centred;
    Windows windows = windows_of(depth, height, width, window_depth);
    Centre centre = centre_of(channels, all_channels, up_depth, up_height, up_width);
    int sample_channel = (int) (blockIdx.x / (unsigned) chunks / (unsigned) windows.deep());
    Norm norm = block_norm(statistics, gamma, beta, channels, sample_channel % (int) channels);
    GradientSums sums;
    for_each_tile(windows, chunks, [&](const Tile& tile) {
        for_each_gradient(centred, windows, centre, tile, sample_channel, norm, x, dpooled, dconcatenation,
                          [&](float*, float value, float gradient) { sums.add(gradient, value); },
                          [&] { sums.end_group(); });
    });
    sums.write(partial, blockIdx.x, gridDim.x);
}

extern "C" __global__ void __launch_bounds__(BLOCK, RESIDENT_BLOCKS)
encoder_output_backward_apply(float* dx, const float* x, const float* statistics, const float* gamma,
                              const float* beta, const float* dpooled, const float* dconcatenation,
                              const float* means, long long channels, long long all_channels, long long depth,
                              long long height, long long width, long long up_depth, long long up_height,
                              long long up_width, long long window_depth, long long chunks) {
    __shared__ BoxMemory values;
    Windows windows = windows_of(depth, height, width, window_depth);
    Centre centre = centre_of(channels, all_channels, up_depth, up_height, up_width);
    int sample_channel = (int) (blockIdx.x / (unsigned) chunks / (unsigned) windows.deep());
    long long c = sample_channel % (int) channels;
    Norm norm = block_norm(statistics, gamma, beta, channels, c);
    GradientMeans mean = means_of(means, channels, c);
    for_each_tile(windows, chunks, [&](const Tile& tile) {
        for_each_gradient(values, windows, centre, tile, sample_channel, norm, x, dpooled, dconcatenation,
                          [&](float* place, float centred, float gradient) {
                              *place = mean.input_gradient(norm, centred, gradient);
                          }, [] {});
        __syncthreads();
        write_box(dx, tile.voxels, [&](int slice, int number, int i) {
            return values.values[tile.voxels.place(slice, number, i)];
        });
    });
}
