// CUDA C without the toolkit's headers, so that clang alone compiles the kernels: qualifiers, indices, barrier,
// shuffle, rounding; and the launch geometry that all kernels share.
//
// Every parameter of every kernel is 8 bytes: a pointer, long long, unsigned long long or double. Blocks have 256
// threads, grids one dimension. How a tensor is divided among blocks follows from its shape alone, so that sums have
// the same order, and the same bits, on every card.
#pragma once

#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __shared__ __attribute__((shared))
#define __launch_bounds__(...) __attribute__((launch_bounds(__VA_ARGS__)))
#define DEVICE static inline __attribute__((device, always_inline))

#define BLOCK 256
// Blocks of large kernels that a multiprocessor holds at least: without it the assembler spills to make room for more.
#define RESIDENT_BLOCKS 3
// Elements of a row that a thread takes at most: chunks have GROUP * BLOCK, and up to SECTOR - 1 more.
#define GROUP 16
#define WARP 32
#define WARPS (BLOCK / WARP)

struct ThreadIndex {
    __declspec(property(get = get_x)) unsigned x;
    static __device__ unsigned get_x() { return __nvvm_read_ptx_sreg_tid_x(); }
};
struct BlockIndex {
    __declspec(property(get = get_x)) unsigned x;
    static __device__ unsigned get_x() { return __nvvm_read_ptx_sreg_ctaid_x(); }
};
struct GridSize {
    __declspec(property(get = get_x)) unsigned x;
    static __device__ unsigned get_x() { return __nvvm_read_ptx_sreg_nctaid_x(); }
};
extern const __device__ ThreadIndex threadIdx;
extern const __device__ BlockIndex blockIdx;
extern const __device__ GridSize gridDim;

// The value of the lane whose number differs by the bits of mask; all 32 lanes take part.
DEVICE unsigned exchange(unsigned value, int mask) {
    return __nvvm_shfl_sync_bfly_i32(0xffffffff, value, mask, WARP - 1);
}

DEVICE float fused_multiply_add(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
DEVICE float square_root(float value) { return __builtin_sqrtf(value); }
DEVICE double square_root(double value) { return __builtin_sqrt(value); }

// Elementwise kernels: element i, i + grid_threads(), ... of a tensor taken as one row. Grid: any.
DEVICE long long grid_thread() { return (long long) blockIdx.x * BLOCK + threadIdx.x; }
DEVICE long long grid_threads() { return (long long) gridDim.x * BLOCK; }

// Elements of the unit that memory is read and written in. Tensors begin at one.
#define SECTOR 8

DEVICE long long round_up(long long value, long long unit) { return (value + unit - 1) / unit * unit; }

// All other kernels: rows of equal length (the voxels of a sample and channel, or a plane of them), each divided into
// `chunks` chunks, one block a chunk. Chunks of a row meet between two sectors of its tensor. Grid: rows * chunks.
struct Chunk {
    long long row;
    long long begin;  // first element of the row in this chunk
    long long end;    // one past the last
};

DEVICE Chunk chunk_of(long long block, long long length, long long chunks) {
    long long row = block / chunks;
    long long chunk = block % chunks;
    long long size = (length + chunks - 1) / chunks;
    long long first = row * length;
    long long begin = chunk == 0 ? 0 : round_up(first + chunk * size, SECTOR) - first;
    long long end = chunk == chunks - 1 ? length : round_up(first + (chunk + 1) * size, SECTOR) - first;
    return {row, begin < length ? begin : length, end < length ? end : length};
}

DEVICE Chunk block_chunk(long long length, long long chunks) { return chunk_of(blockIdx.x, length, chunks); }
