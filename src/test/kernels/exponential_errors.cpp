// The largest errors of exponential.cuh over every STRIDE-th float, one function a line: name, ulp. The functions are
// IEEE operations in a fixed order, so that the host computes the bits that every card computes.
#define __device__
#include "exponential.cuh"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

// In units in the last place of the exact value as a float, or of the smallest normal float.
static double ulps(float actual, double exact) {
    int exponent = exact == 0 ? -126 : std::max(std::ilogb(exact), -126);
    return std::fabs(actual - exact) / std::ldexp(1, exponent - 23);
}

template <class Function, class Exact>
static void measure(const char* name, Function function, Exact exact, float first, float last, uint64_t stride) {
    double worst = 0;
    float at = first;
    uint64_t end = __builtin_bit_cast(uint32_t, last);
    for (uint64_t bits = __builtin_bit_cast(uint32_t, first); bits <= end; bits += stride) {
        float x = __builtin_bit_cast(float, (uint32_t) bits);
        double error = ulps(function(x), exact((double) x));
        if (!(error <= worst)) {
            worst = error;
            at = x;
        }
    }
    std::printf("%s %.4f %a\n", name, worst, at);
}

static void value(const char* name, double actual) { std::printf("%s %.9g\n", name, actual); }

int main(int, char** arguments) {
    uint64_t stride = std::strtoull(arguments[1], nullptr, 10);
    auto exp = [](double x) { return std::exp(x); };
    auto log = [](double x) { return std::log(x); };
    auto log1p = [](double x) { return std::log1p(x); };
    // The largest and the smallest x whose result is normal, then those whose result is subnormal or 0.
    measure("exp_positive", exponential, exp, 0.0f, 0x1.62e42ep+6f, stride);
    measure("exp_negative", exponential, exp, -0.0f, -0x1.5d589ep+6f, stride);
    measure("exp_subnormal", exponential, exp, -0x1.5d58a0p+6f, -200.0f, stride);
    measure("log", logarithm, log, 0x1p-126f, 0x1.fffffep+127f, stride);
    measure("log_near_1", logarithm, log, 0.99f, 1.01f, 1);
    measure("log1p", logarithm_of_1_and, log1p, 0.0f, 255.0f, stride);
    value("exp_nan", exponential(NAN));
    value("exp_infinity", exponential(INFINITY));
    value("exp_minus_infinity", exponential(-INFINITY));
    value("exp_0", exponential(0));
    value("exp_overflow", exponential(88.8f));
    value("log1p_nan", logarithm_of_1_and(NAN));
}
