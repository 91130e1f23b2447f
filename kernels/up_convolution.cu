// The transposed convolution whose stride equals its kernel is a matrix product a sample, and these reorderings between
// the product's rows and the voxels of y. Op: lobule.op.TransposedConvolution and its gradients.
//
//   depth_to_space  y(n, c, d*kD+i, h*kH+j, w*kW+k) = product(n, c, i, j, k, d, h, w)
//   space_to_depth  the same assignment from right to left, with dy for y
//
// Layout, float32: product (N, Co*kD*kH*kW, D, H, W), row-major the transpose of weight (Ci, Co, kD, kH, kW) times x
// (Ci, D*H*W); y (N, Co, D*kD, H*kH, W*kW). depth, height, width are D, H, W; 2D has D = kD = 1.
// Grid: N * Co*kD * D * tiles, a tile being whole rows of a plane (H, W), or a part of one row: at most `rows` by
// `columns` voxels, TILE at most, whose kH * kW elements fit into shared memory. y may begin within a sector.
// Workspace: none. Launched by lobule.device.cuda.convolution.CublasUpConvolution.
#include "boxes.cuh"

// Elements of a row of the product that a thread takes.
#define PARTS 2
#define TILE (PARTS * BLOCK - SECTOR)
// Rows of the product whose elements are under way together.
#define ROWS_AT_ONCE 4

// How far behind the beginning of a sector a tensor begins.
DEVICE long long elements_into_sector(const float* tensor) {
    return (long long) ((unsigned long long) tensor / 4 % SECTOR);
}

struct Reordering {
    Box fine;             // the tile in y, counted from the sector that y begins in
    long long first;      // index of the tile's first element in the first of its rows of the product
    long long row;        // from a row of the product to the next
    int rows;             // of the product: kH * kW
    int voxels;           // of the tile
    int columns;
    int kernel_height;
    int kernel_width;
};

DEVICE Reordering reordering_of(const float* y, int depth, int height, int width, int kernel_depth, int kernel_height,
                                int kernel_width, int rows, int columns) {
    PlaneTile tile = plane_tile(height, width, rows, columns);
    int d = (int) ((unsigned) tile.plane % (unsigned) depth);
    long long channel_row = (unsigned) tile.plane / (unsigned) depth;  // channel * kD + i
    long long y_slice = (channel_row / kernel_depth * depth + d) * kernel_depth + channel_row % kernel_depth;
    int y_width = width * kernel_width;
    long long y_first = (y_slice * height + tile.h) * kernel_height * y_width + tile.w * kernel_width;
    long long voxels = (long long) depth * height * width;
    return {{y_first + elements_into_sector(y), 0, (unsigned) y_width, 1, tile.rows * kernel_height,
             tile.columns * kernel_width},
            channel_row * kernel_height * kernel_width * voxels + ((long long) d * height + tile.h) * width + tile.w,
            voxels,
            kernel_height * kernel_width, tile.rows * tile.columns, tile.columns, kernel_height, kernel_width};
}

// Notes where in shared memory the first element of each of the tile's voxels is. All threads call it.
DEVICE void note_places(unsigned short* places, const Reordering& tile) {
    for (int i = (int) threadIdx.x; i < tile.voxels; i += BLOCK) {
        int row = i / tile.columns;
        places[i] = (unsigned short) tile.fine.place(0, row * tile.kernel_height,
                                                     (i - row * tile.columns) * tile.kernel_width);
    }
}

struct Element {
    bool inside;
    long long at;  // index in the product
    int place;     // in shared memory
};

// Which element the thread takes of a row of the product, in the first or the second part: whole sectors together.
DEVICE Element element_of(const Reordering& tile, const unsigned short* places, int row, int part) {
    long long first = tile.first + row * tile.row;
    int i = (int) threadIdx.x + part * BLOCK - (int) ((unsigned) first % SECTOR);
    bool inside = row < tile.rows && i >= 0 && i < tile.voxels;
    int place = row / tile.kernel_width * tile.fine.pitch() + row % tile.kernel_width;
    return {inside, first + i, inside ? place + places[i] : 0};
}

extern "C" __global__ void __launch_bounds__(BLOCK)
depth_to_space(float* y, const float* product, long long depth, long long height, long long width,
               long long kernel_depth, long long kernel_height, long long kernel_width, long long rows,
               long long columns) {
    __shared__ BoxMemory memory;
    __shared__ unsigned short places[TILE];
    Reordering tile = reordering_of(y, (int) depth, (int) height, (int) width, (int) kernel_depth,
                                    (int) kernel_height, (int) kernel_width, (int) rows, (int) columns);
    note_places(places, tile);
    __syncthreads();
    for (int first = 0; first < tile.rows; first += ROWS_AT_ONCE) {
        float values[ROWS_AT_ONCE][PARTS];
#pragma unroll
        for (int i = 0; i < ROWS_AT_ONCE * PARTS; i++) {
            Element element = element_of(tile, places, first + i / PARTS, i % PARTS);
            if (element.inside) {
                values[i / PARTS][i % PARTS] = product[element.at];
            }
        }
#pragma unroll
        for (int i = 0; i < ROWS_AT_ONCE * PARTS; i++) {
            Element element = element_of(tile, places, first + i / PARTS, i % PARTS);
            if (element.inside) {
                memory.values[element.place] = values[i / PARTS][i % PARTS];
            }
        }
    }
    __syncthreads();
    write_box(y - elements_into_sector(y), tile.fine, [&](int slice, int number, int i) {
        return memory.values[tile.fine.place(slice, number, i)];
    });
}

extern "C" __global__ void __launch_bounds__(BLOCK)
space_to_depth(float* product, const float* y, long long depth, long long height, long long width,
               long long kernel_depth, long long kernel_height, long long kernel_width, long long rows,
               long long columns) {
    __shared__ BoxMemory memory;
    __shared__ unsigned short places[TILE];
    Reordering tile = reordering_of(y, (int) depth, (int) height, (int) width, (int) kernel_depth,
                                    (int) kernel_height, (int) kernel_width, (int) rows, (int) columns);
    note_places(places, tile);
    read_box<1>(memory, tile.fine, y - elements_into_sector(y), Same());
    __syncthreads();
    for (int first = 0; first < tile.rows; first += ROWS_AT_ONCE) {
#pragma unroll
        for (int i = 0; i < ROWS_AT_ONCE * PARTS; i++) {
            Element element = element_of(tile, places, first + i / PARTS, i % PARTS);
            if (element.inside) {
                product[element.at] = memory.values[element.place];
            }
        }
    }
}
