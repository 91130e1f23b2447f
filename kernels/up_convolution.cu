// The transposed convolution whose stride equals its kernel is a matrix product a sample, and these reorderings between
// the product's rows and the voxels of y. Op: lobule.op.TransposedConvolution and its gradients.
//
//   depth_to_space  y(n, c, d*kD+i, h*kH+j, w*kW+k) = product(n, c, i, j, k, d, h, w)
//   space_to_depth  the same assignment from right to left, with dy for y
//
// Layout, float32: product (N, Co*kD*kH*kW, D, H, W), row-major the transpose of weight (Ci, Co, kD, kH, kW) times x
// (Ci, D*H*W); y (N, Co, D*kD, H*kH, W*kW). depth, height, width are D, H, W; 2D has D = kD = 1.
// Grid: depth_to_space N * Co * D*kD * chunks, a row being a plane of y (H*kH * W*kW);
//       space_to_depth N * Co*kD*kH*kW * D * chunks, a row being a plane of the product (H * W).
// Workspace: none. Launched by lobule.device.cuda.convolution.CublasUpConvolution.
#include "cuda.cuh"

extern "C" __global__ void __launch_bounds__(BLOCK)
depth_to_space(float* y, const float* product, long long depth, long long height, long long width,
               long long kernel_depth, long long kernel_height, long long kernel_width, long long chunks) {
    long long y_width = width * kernel_width;
    long long plane = height * kernel_height * y_width;
    Chunk chunk = block_chunk(plane, chunks);
    long long d = chunk.row % (depth * kernel_depth);
    long long slice = chunk.row / (depth * kernel_depth) * kernel_depth + d % kernel_depth;
    for (long long at = chunk.begin + threadIdx.x; at < chunk.end; at += BLOCK) {
        long long h = at / y_width;
        long long w = at % y_width;
        long long row = (slice * kernel_height + h % kernel_height) * kernel_width + w % kernel_width;
        long long voxel = (d / kernel_depth * height + h / kernel_height) * width + w / kernel_width;
        y[chunk.row * plane + at] = product[row * depth * height * width + voxel];
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
space_to_depth(float* product, const float* y, long long depth, long long height, long long width,
               long long kernel_depth, long long kernel_height, long long kernel_width, long long chunks) {
    Chunk chunk = block_chunk(height * width, chunks);
    long long d = chunk.row % depth;
    long long k = chunk.row / depth % kernel_width;
    long long j = chunk.row / depth / kernel_width % kernel_height;
    long long slice = chunk.row / depth / kernel_width / kernel_height;
    long long i = slice % kernel_depth;
    long long y_slice = (slice / kernel_depth * depth + d) * kernel_depth + i;
    for (long long at = chunk.begin + threadIdx.x; at < chunk.end; at += BLOCK) {
        long long y_row = y_slice * height * kernel_height + at / width * kernel_height + j;
        product[chunk.row * height * width + at] = y[(y_row * width + at % width) * kernel_width + k];
    }
}
