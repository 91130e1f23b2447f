// One launch over many tensors: a table in device memory says where they are. Grid: the chunks of all tensors.
#pragma once
#include "cuda.cuh"

#define TABLE_TENSORS 4

// As lobule.device.cuda.update.TensorTable writes it: tensors of `elements` float32 each, in any one layout.
struct TableRow {
    long long first_chunk;  // among the chunks of all rows
    long long elements;
    float* tensors[TABLE_TENSORS];
};

struct TableChunk {
    TableRow row;
    Chunk chunk;
};

// The last row that does not begin behind the block's chunk.
DEVICE TableRow table_row(const TableRow* table, long long rows) {
    long long first = 0;
    long long end = rows;
    while (end - first > 1) {
        long long middle = (first + end) / 2;
        if (table[middle].first_chunk <= blockIdx.x) {
            first = middle;
        } else {
            end = middle;
        }
    }
    return table[first];
}

// The block's chunk, looked up by one thread. All threads call it.
DEVICE TableChunk table_chunk(const TableRow* table, long long rows) {
    __shared__ TableRow row;
    if (threadIdx.x == 0) {
        row = table_row(table, rows);
    }
    __syncthreads();
    long long chunks = (row.elements + GROUP * BLOCK - 1) / (GROUP * BLOCK);
    return {row, chunk_of(blockIdx.x - row.first_chunk, row.elements, chunks)};
}
