// The skip connection: y = [centre of skip, up] along the channels, and its gradient. The crop starts at
// (skip size - up size) / 2, rounded down, along each axis. Ops: lobule.op.CropConcatenate, CropConcatenateBackward.
//
//   crop_concatenate               y(n, c) = skip(n, c, d0+d, h0+h, w0+w) for c < Cs, up(n, c-Cs, d, h, w) above
//   crop_concatenate_backward_skip dskip = dy's first Cs channels inside the crop, 0 outside
//   crop_concatenate_backward_up   dup = dy's other channels
//
// Layout: skip, dskip (N, Cs, depth, height, width); up, dup (N, Cu, up_depth, up_height, up_width); y, dy
// (N, Cs+Cu, up_depth, up_height, up_width), all float32; 2D has depth 1.
// Grid: crop_concatenate N * (Cs+Cu) * up_depth * chunks, a row being a plane of up_height * up_width;
//       backward_skip N * Cs * depth * chunks, a row being a plane of height * width;
//       backward_up N * Cu * chunks, a row being the up_voxels = up_depth * up_height * up_width of a channel.
// Workspace: none. Launched by lobule.device.cuda.voxels.CudaCropConcatenate, CudaCropConcatenateBackward.
#include "cuda.cuh"

extern "C" __global__ void __launch_bounds__(BLOCK)
crop_concatenate(float* y, const float* skip, const float* up, long long skip_channels, long long up_channels,
                 long long depth, long long height, long long width, long long up_depth, long long up_height,
                 long long up_width, long long chunks) {
    long long plane = up_height * up_width;
    Chunk chunk = block_chunk(plane, chunks);
    long long d = chunk.row % up_depth;
    long long c = chunk.row / up_depth % (skip_channels + up_channels);
    long long n = chunk.row / up_depth / (skip_channels + up_channels);
    float* row = y + chunk.row * plane;
    if (c < skip_channels) {
        long long slice = (n * skip_channels + c) * depth + (depth - up_depth) / 2 + d;
        const float* corner = skip + (slice * height + (height - up_height) / 2) * width + (width - up_width) / 2;
        for (long long i = chunk.begin + threadIdx.x; i < chunk.end; i += BLOCK) {
            row[i] = corner[i / up_width * width + i % up_width];
        }
    } else {
        const float* source = up + ((n * up_channels + c - skip_channels) * up_depth + d) * plane;
        for (long long i = chunk.begin + threadIdx.x; i < chunk.end; i += BLOCK) {
            row[i] = source[i];
        }
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
crop_concatenate_backward_skip(float* dskip, const float* dy, long long skip_channels, long long up_channels,
                               long long depth, long long height, long long width, long long up_depth,
                               long long up_height, long long up_width, long long chunks) {
    Chunk chunk = block_chunk(height * width, chunks);
    long long c = chunk.row / depth % skip_channels;
    long long n = chunk.row / depth / skip_channels;
    long long d = chunk.row % depth - (depth - up_depth) / 2;
    const float* slice = dy + ((n * (skip_channels + up_channels) + c) * up_depth + d) * up_height * up_width;
    for (long long i = chunk.begin + threadIdx.x; i < chunk.end; i += BLOCK) {
        long long h = i / width - (height - up_height) / 2;
        long long w = i % width - (width - up_width) / 2;
        bool inside = d >= 0 && d < up_depth && h >= 0 && h < up_height && w >= 0 && w < up_width;
        dskip[chunk.row * height * width + i] = inside ? slice[h * up_width + w] : 0.0f;
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
crop_concatenate_backward_up(float* dup, const float* dy, long long skip_channels, long long up_channels,
                             long long up_voxels, long long chunks) {
    Chunk chunk = block_chunk(up_voxels, chunks);
    long long n = chunk.row / up_channels;
    long long c = chunk.row % up_channels;
    const float* source = dy + (n * (skip_channels + up_channels) + skip_channels + c) * up_voxels;
    for (long long i = chunk.begin + threadIdx.x; i < chunk.end; i += BLOCK) {
        dup[chunk.row * up_voxels + i] = source[i];
    }
}
