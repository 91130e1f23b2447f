// Sums over a warp and over a block in a fixed order: the same bits on every run and every card. No atomics.
#pragma once
#include "cuda.cuh"

DEVICE float exchange(float value, int mask) {
    return __builtin_bit_cast(float, exchange(__builtin_bit_cast(unsigned, value), mask));
}

DEVICE double exchange(double value, int mask) {
    unsigned long long bits = __builtin_bit_cast(unsigned long long, value);
    unsigned long long low = exchange((unsigned) bits, mask);
    unsigned long long high = exchange((unsigned) (bits >> 32), mask);
    return __builtin_bit_cast(double, high << 32 | low);
}

// The sum over the warp, in every lane.
template <class Real> DEVICE Real warp_sum(Real value) {
    for (int mask = WARP / 2; mask > 0; mask /= 2) {
        value += exchange(value, mask);
    }
    return value;
}

// The sum over the block, in every thread. All threads call it.
template <class Real> DEVICE Real block_sum_everywhere(Real value) {
    static __shared__ Real warp_sums[WARPS];
    value = warp_sum(value);
    __syncthreads();  // an earlier sum has been read by all
    if (threadIdx.x % WARP == 0) {
        warp_sums[threadIdx.x / WARP] = value;
    }
    __syncthreads();
    Real total = 0;
    for (int warp = 0; warp < WARPS; warp++) {
        total += warp_sums[warp];
    }
    return total;
}

// Makes the values of thread 0 their sums over the block. All threads call it.
template <class Real, int COUNT> DEVICE void block_sums(Real (&values)[COUNT]) {
    static __shared__ Real warp_sums[COUNT][WARPS];
    __syncthreads();  // earlier sums have been read
#pragma unroll
    for (int i = 0; i < COUNT; i++) {
        Real sum = warp_sum(values[i]);
        if (threadIdx.x % WARP == 0) {
            warp_sums[i][threadIdx.x / WARP] = sum;
        }
    }
    __syncthreads();
    if (threadIdx.x == 0) {
#pragma unroll
        for (int i = 0; i < COUNT; i++) {
            values[i] = 0;
            for (int warp = 0; warp < WARPS; warp++) {
                values[i] += warp_sums[i][warp];
            }
        }
    }
}

// The sum over the block, in thread 0. All threads call it.
template <class Real> DEVICE Real block_sum(Real value) {
    Real values[] = {value};
    block_sums(values);
    return values[0];
}

// sums[s] = sum over p of partial[s * partials + p] for s below `count`, one warp a sum; then all threads may read
// them.
DEVICE void finish_sums(double* sums, const double* partial, long long count, long long partials) {
    for (long long s = threadIdx.x / WARP; s < count; s += WARPS) {
        double sum = 0;
        for (long long p = threadIdx.x % WARP; p < partials; p += WARP) {
            sum += partial[s * partials + p];
        }
        sum = warp_sum(sum);
        if (threadIdx.x % WARP == 0) {
            sums[s] = sum;
        }
    }
    __syncthreads();
}

// The sum of one channel's partial sums, partial[(n * channels + channel) * chunks + chunk], in thread 0.
DEVICE double channel_sum(const double* partial, long long batch, long long channels, long long channel,
                          long long chunks) {
    double sum = 0;
    for (long long i = threadIdx.x; i < batch * chunks; i += BLOCK) {
        sum += partial[(i / chunks * channels + channel) * chunks + i % chunks];
    }
    return block_sum(sum);
}
