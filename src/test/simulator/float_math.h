// Approximations as the hardware makes them, in loops that the compiler can vectorise.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

namespace simgpu {

template <class To, class From>
inline To bits_as(From value) {
    static_assert(sizeof(To) == sizeof(From));
    To result;
    std::memcpy(&result, &value, sizeof result);
    return result;
}

// Subnormals to zero of the same sign.
inline float flush(float x) {
    uint32_t u = bits_as<uint32_t>(x);
    return (u & 0x7F800000u) == 0 ? bits_as<float>(u & 0x80000000u) : x;
}
inline double flush(double x) { return x; }

// To 10 explicit bits of mantissa, the nearest, ties away from zero: what tensor cores multiply.
inline float to_tf32(float x) {
    uint32_t u = bits_as<uint32_t>(x);
    return (u & 0x7F800000u) == 0x7F800000u ? x : bits_as<float>((u + 0x1000u) & ~0x1FFFu);
}

// 2^x to 1e-13 relative: Taylor series of 2^f = e^(f ln 2) for |f| <= 1/2.
inline double exp2_accurate(double x) {
    double clamped = x < -1000 ? -1000 : x > 1000 ? 1000 : x;
    double whole = std::nearbyint(clamped), t = (clamped - whole) * 0.6931471805599453094;
    double sum = 1.0 / 479001600;
    sum = sum * t + 1.0 / 39916800;
    sum = sum * t + 1.0 / 3628800;
    sum = sum * t + 1.0 / 362880;
    sum = sum * t + 1.0 / 40320;
    sum = sum * t + 1.0 / 5040;
    sum = sum * t + 1.0 / 720;
    sum = sum * t + 1.0 / 120;
    sum = sum * t + 1.0 / 24;
    sum = sum * t + 1.0 / 6;
    sum = sum * t + 0.5;
    sum = sum * t + 1;
    sum = sum * t + 1;
    // 1.5·2^52 brings the exponent into the low bits of the sum.
    int64_t exponent = bits_as<int64_t>(whole + 6755399441055744.0) - bits_as<int64_t>(6755399441055744.0);
    return sum * bits_as<double>((exponent + 1023) << 52);
}

// log2 of a positive normal x: 2/ln2 · artanh((m - 1)/(m + 1)) plus the exponent, m in [sqrt(1/2), sqrt(2)).
inline double log2_accurate(double x) {
    int64_t u = bits_as<int64_t>(x);
    int64_t exponent = (u - 0x3FE6A09E667F3BCDll) >> 52;
    double m = bits_as<double>(u - (exponent << 52));
    double s = (m - 1) / (m + 1), q = s * s;
    double sum = 1.0 / 21;
    for (int k = 19; k >= 1; k -= 2) sum = sum * q + 1.0 / k;
    return 2.885390081777926815 * s * sum + static_cast<double>(exponent);
}

// One of -1 and 1 for each x, without pattern: approximate results err as far as they are allowed to, both ways.
inline double error_sign(float x) {
    uint32_t h = bits_as<uint32_t>(x) * 2654435761u;
    return (h >> 16 & 1) != 0 ? 1.0 : -1.0;
}

}  // namespace simgpu
