// exp and log in float from fused multiply-adds and integer arithmetic alone: the same bits on every card, unlike the
// hardware's ex2.approx and lg2.approx. Plain C++ but for the qualifier, so that a host program can measure the errors.
//
// Errors against the exact value, in units in the last place (ulp) of the float result, as measured by ExponentialTest:
//   exponential(x)       at most 1 ulp for results above 2^-126, 1 step of 2^-149 below; 0 and infinity beyond
//   logarithm(x)         at most 1 ulp for normal x > 0
//   logarithm_of_1_and(x) at most 1.5 ulp for 0 <= x <= 255
#pragma once

// 2^n for -126 <= n <= 127.
static inline __device__ float power_of_two(int n) { return __builtin_bit_cast(float, (unsigned) (n + 127) << 23); }

// exp(x) = 2^n exp(r) with r = x - n ln 2 in [-ln 2 / 2, ln 2 / 2], ln 2 taken in two parts; the polynomial is minimax.
static inline __device__ float exponential(float x) {
    if (!(x > -104.0f)) {
        return x != x ? x : 0.0f;
    }
    if (x > 88.8f) {
        return __builtin_inff();
    }
    float n = __builtin_rintf(x * 0x1.715476p+0f);
    float r = __builtin_fmaf(n, -0x1.62e400p-1f, x);
    r = __builtin_fmaf(n, -0x1.7f7d1cp-20f, r);
    float p = 0x1.9dfba8p-13f;
    p = __builtin_fmaf(p, r, 0x1.6d4cbcp-10f);
    p = __builtin_fmaf(p, r, 0x1.11130ep-7f);
    p = __builtin_fmaf(p, r, 0x1.5554e8p-5f);
    p = __builtin_fmaf(p, r, 0x1.555554p-3f);
    p = __builtin_fmaf(p, r, 0.5f);
    p = __builtin_fmaf(r * r, p, r) + 1.0f;
    // In two steps, so that neither factor overflows and the last product rounds a subnormal result.
    int half = (int) n / 2;
    return p * power_of_two(half) * power_of_two((int) n - half);
}

// log(x) = e ln 2 + log(1 + f) with 1 + f in [sqrt(1/2), sqrt(2)); the polynomial is minimax.
static inline __device__ float logarithm(float x) {
    unsigned bits = __builtin_bit_cast(unsigned, x) - 0x3f3504f3;  // sqrt(1/2)
    float e = (float) ((int) bits >> 23);
    float f = __builtin_bit_cast(float, (bits & 0x7fffff) + 0x3f3504f3) - 1.0f;
    float q = -0x1.38cf20p-4f;
    q = __builtin_fmaf(q, f, 0x1.05602ep-3f);
    q = __builtin_fmaf(q, f, -0x1.0d81f2p-3f);
    q = __builtin_fmaf(q, f, 0x1.22d8f8p-3f);
    q = __builtin_fmaf(q, f, -0x1.54728cp-3f);
    q = __builtin_fmaf(q, f, 0x1.99a01ep-3f);
    q = __builtin_fmaf(q, f, -0x1.000226p-2f);
    q = __builtin_fmaf(q, f, 0x1.555554p-2f);
    float square = f * f;
    float tail = __builtin_fmaf(square, -0.5f, q * f * square);
    tail = __builtin_fmaf(e, 0x1.7f7d1cp-20f, tail);
    return __builtin_fmaf(e, 0x1.62e400p-1f, f + tail);
}

// log(1 + x), accurate for small x too: the second term is what rounding 1 + x lost.
static inline __device__ float logarithm_of_1_and(float x) {
    float u = 1.0f + x;
    return logarithm(u) + (x - (u - 1.0f)) / u;
}
