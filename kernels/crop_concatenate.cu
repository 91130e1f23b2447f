// The skip connection: y = [centre of skip, up] along the channels, and its gradient. The crop starts at
// (skip size - up size) / 2, rounded down, along each axis. Ops: lobule.op.CropConcatenate, CropConcatenateBackward.
//
//   crop_concatenate               y(n, c) = skip(n, c, d0+d, h0+h, w0+w) for c < Cs, up(n, c-Cs, d, h, w) above
//   crop_concatenate_backward_skip dskip = dy's first Cs channels inside the crop, 0 outside
//   crop_concatenate_backward_up   dup = dy's other channels
//
// Layout: skip, dskip (N, Cs, depth, height, width); up, dup (N, Cu, up_depth, up_height, up_width); y, dy
// (N, Cs+Cu, up_depth, up_height, up_width), all float32; 2D has depth 1.
// Grid: crop_concatenate N * (Cs+Cu) * up_depth * tiles, of planes of up_height * up_width;
//       backward_skip N * Cs * depth * tiles, of planes of height * width;
//       backward_up N * Cu * up_depth * tiles, of planes of up_height * up_width; tiles of at most `rows` by `columns`.
// Workspace: none. Launched by lobule.device.cuda.voxels.CudaCropConcatenate, CudaCropConcatenateBackward.
#include "boxes.cuh"

// The sizes of one axis.
struct Axis {
    int skip;
    int up;

    __device__ int first() const { return (skip - up) / 2; }
};

// Copies a box to another of the same rows and columns. All threads call it.
DEVICE void copy_box(float* to, const Box& destination, const float* from, const Box& source) {
    __shared__ BoxMemory memory;
    read_box<1>(memory, source, from, Same());
    __syncthreads();
    write_box(to, destination, [&](int slice, int number, int i) {
        return memory.values[source.place(slice, destination.row(number, i), destination.column(i))];
    });
}

extern "C" __global__ void __launch_bounds__(BLOCK)
crop_concatenate(float* y, const float* skip, const float* up, long long skip_channels, long long up_channels,
                 long long depth, long long height, long long width, long long up_depth, long long up_height,
                 long long up_width, long long rows, long long columns) {
    Axis d = {(int) depth, (int) up_depth};
    Axis h = {(int) height, (int) up_height};
    Axis w = {(int) width, (int) up_width};
    PlaneTile tile = plane_tile(h.up, w.up, (int) rows, (int) columns);
    Box result = tile.box(tile.plane, h.up, w.up);
    long long slice = tile.plane % d.up;
    long long c = tile.plane / d.up % (skip_channels + up_channels);
    long long n = tile.plane / d.up / (skip_channels + up_channels);
    if (c < skip_channels) {
        long long plane = (n * skip_channels + c) * d.skip + d.first() + slice;
        Box source = {(plane * h.skip + h.first() + tile.h) * w.skip + w.first() + tile.w, 0, (unsigned) w.skip, 1,
                      tile.rows, tile.columns};
        copy_box(y, result, skip, source);
    } else {
        copy_box(y, result, up, tile.box((n * up_channels + c - skip_channels) * d.up + slice, h.up, w.up));
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
crop_concatenate_backward_skip(float* dskip, const float* dy, long long skip_channels, long long up_channels,
                               long long depth, long long height, long long width, long long up_depth,
                               long long up_height, long long up_width, long long rows, long long columns) {
    __shared__ BoxMemory memory;
    Axis d = {(int) depth, (int) up_depth};
    Axis h = {(int) height, (int) up_height};
    Axis w = {(int) width, (int) up_width};
    PlaneTile tile = plane_tile(h.skip, w.skip, (int) rows, (int) columns);
    long long c = tile.plane / d.skip % skip_channels;
    long long n = tile.plane / d.skip / skip_channels;
    int slice = (int) (tile.plane % d.skip) - d.first();
    Overlap overlap_h = overlap(tile.h, tile.rows, h.skip, h.up);
    Overlap overlap_w = overlap(tile.w, tile.columns, w.skip, w.up);
    bool empty = slice < 0 || slice >= d.up || overlap_h.count == 0 || overlap_w.count == 0;
    long long plane = (n * (skip_channels + up_channels) + c) * d.up + slice;
    Box source = {(plane * h.up + overlap_h.centre) * w.up + overlap_w.centre, 0, (unsigned) w.up, empty ? 0 : 1,
                  empty ? 0 : overlap_h.count, empty ? 0 : overlap_w.count};
    read_box<1>(memory, source, dy, Same());
    __syncthreads();
    Box result = tile.box(tile.plane, h.skip, w.skip);
    write_box(dskip, result, [&](int, int number, int i) {
        int row = result.row(number, i) - overlap_h.begin;
        int column = result.column(i) - overlap_w.begin;
        bool inside = (unsigned) row < (unsigned) source.rows && (unsigned) column < (unsigned) source.columns;
        return inside ? memory.values[source.place(0, row, column)] : 0.0f;
    });
}

extern "C" __global__ void __launch_bounds__(BLOCK)
crop_concatenate_backward_up(float* dup, const float* dy, long long skip_channels, long long up_channels,
                             long long up_depth, long long up_height, long long up_width, long long rows,
                             long long columns) {
    PlaneTile tile = plane_tile((int) up_height, (int) up_width, (int) rows, (int) columns);
    long long n = tile.plane / up_depth / up_channels;
    long long plane = tile.plane + (n + 1) * skip_channels * up_depth;
    copy_box(dup, tile.box(tile.plane, (int) up_height, (int) up_width), dy,
             tile.box(plane, (int) up_height, (int) up_width));
}
