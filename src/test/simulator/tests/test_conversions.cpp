#include <cmath>

#include "expect.h"
#include "float_math.h"

namespace simgpu::test {
namespace {

void from_single(const std::string& instruction, float x, uint64_t wanted) {
    bool wide = instruction.find("%d0") != std::string::npos, real = instruction.find("%f0") != std::string::npos;
    std::string body = format("mov.f32 %%f1, 0f%08lX;\n", bits(x)) + instruction + ";\n";
    body += wide ? "mov.u64 %result, %d0;"
          : std::string(real ? "mov.b32 %r0, %f0;\n" : "") + "cvt.u64.u32 %result, %r0;";
    expect_one(body, wanted);
}

void from_double(const std::string& instruction, double x, uint64_t wanted) {
    std::string body = format("mov.f64 %%g1, 0d%016lX;\n", bits(x)) + instruction + ";\n";
    bool wide = instruction.find("%d0") != std::string::npos;
    expect_one(body + (wide ? "mov.u64 %result, %d0;" : "mov.b32 %r0, %f0;\ncvt.u64.u32 %result, %r0;"), wanted);
}

void from_integer(const std::string& instruction, uint64_t x, uint64_t wanted) {
    std::string body = format("mov.u64 %%d1, %ld;\ncvt.u32.u64 %%r1, %%d1;\ncvt.u16.u32 %%h1, %%r1;\n",
                              static_cast<long>(x)) + instruction + ";\n";
    bool wide = instruction.find("%d0") != std::string::npos, real = instruction.find("%f0") != std::string::npos;
    body += wide ? "mov.u64 %result, %d0;"
          : std::string(real ? "mov.b32 %r0, %f0;\n" : "") + "cvt.u64.u32 %result, %r0;";
    expect_one(body, wanted);
}

}  // namespace

void conversions() {
    from_single("cvt.rni.s32.f32 %r0, %f1", 2.5f, 2);
    from_single("cvt.rni.s32.f32 %r0, %f1", 3.5f, 4);
    from_single("cvt.rzi.s32.f32 %r0, %f1", -2.9f, static_cast<uint32_t>(-2));
    from_single("cvt.rmi.s32.f32 %r0, %f1", -2.1f, static_cast<uint32_t>(-3));
    from_single("cvt.rpi.s32.f32 %r0, %f1", 2.1f, 3);
    from_single("cvt.rzi.u32.f32 %r0, %f1", -1, 0);
    from_single("cvt.rzi.s32.f32 %r0, %f1", 1e20f, 0x7FFFFFFF);
    from_single("cvt.rzi.s32.f32 %r0, %f1", std::nanf(""), 0);
    from_single("cvt.rzi.s64.f32 %d0, %f1", -1e30f, 1ull << 63);
    from_single("cvt.rni.f32.f32 %f0, %f1", -0.5f, bits(-0.0f));
    from_single("cvt.rpi.f32.f32 %f0, %f1", 1.25f, bits(2.0f));
    from_single("cvt.sat.f32.f32 %f0, %f1", -3, 0);
    from_double("cvt.rn.f32.f64 %f0, %g1", 1 + 0x1p-25, bits(1.0f));
    from_double("cvt.rp.f32.f64 %f0, %g1", 1 + 0x1p-25, bits(1 + 0x1p-23f));
    from_double("cvt.rz.f32.f64 %f0, %g1", -(1 + 0x1.8p-24), bits(-1.0f));
    from_double("cvt.rni.s64.f64 %d0, %g1", 4503599627370497.5, 4503599627370498);
    from_integer("cvt.rn.f32.u32 %f0, %r1", 0xFFFFFFFF, bits(4294967296.0f));
    from_integer("cvt.rn.f32.s64 %f0, %d1", static_cast<uint64_t>(-3), bits(-3.0f));
    from_integer("cvt.rn.f32.u16 %f0, %h1", 65535, bits(65535.0f));
    from_integer("cvt.s64.s32 %d0, %r1", 0x80000000, 0xFFFFFFFF80000000);
    from_integer("cvt.u64.u32 %d0, %r1", 0x80000000, 0x80000000);
    from_integer("cvt.s32.s8 %r0, %r1", 0x180, 0xFFFFFF80);
    from_integer("cvt.u32.u8 %r0, %r1", 0x180, 0x80);
    from_integer("cvt.s64.s16 %d0, %h1", 0x8000, 0xFFFFFFFFFFFF8000);
    from_integer("cvt.sat.u8.s32 %r0, %r1", 300, 255);
    from_integer("cvt.sat.s16.s32 %r0, %r1", 0xFFFF0000, 0xFFFF8000);
}

// Within the bounds of the PTX manual over many values, and not exact: kernels must not rely on more.
void approximations() {
    std::vector<uint64_t> input;
    for (int i = 0; i < 1024; i++) input.push_back(bits(std::ldexp(1 + float(i) / 1024, i % 61 - 30)));
    const std::string load = "add.s64 %d1, %in, %offset;\nld.global.f32 %f1, [%d1];\n";
    const std::string store = "mov.b32 %r0, %f0;\ncvt.u64.u32 %result, %r0;";
    struct Case {
        const char* instruction;
        double (*exact)(double);
        double bound;
        bool absolute;
    };
    const Case cases[] = {{"lg2.approx.f32 %f0, %f1", [](double x) { return std::log2(x); }, 0x1p-22, true},
                          {"rcp.approx.f32 %f0, %f1", [](double x) { return 1 / x; }, 0x1p-23, false},
                          {"rsqrt.approx.f32 %f0, %f1", [](double x) { return 1 / std::sqrt(x); }, 0x1.1p-23, false},
                          {"sqrt.approx.f32 %f0, %f1", [](double x) { return std::sqrt(x); }, 0x1p-23, false}};
    for (const Case& c : cases) {
        std::vector<uint64_t> got = run(kernel(load + c.instruction + ";\n" + store), 1024, input);
        double worst = 0;
        for (size_t i = 0; i < got.size(); i++) {
            double wanted = c.exact(as<float>(input[i])), error = std::fabs(as<float>(got[i]) - wanted);
            worst = std::max(worst, error / (c.absolute ? std::max(1.0, std::fabs(wanted)) : std::fabs(wanted)));
        }
        expect(worst < c.bound, format("%s errs by %g", c.instruction, worst));
        expect(worst > c.bound / 8, format("%s is too good: %g", c.instruction, worst));
    }
    for (size_t i = 0; i < input.size(); i++) input[i] = bits(float(i) / 8 - 64);
    std::vector<uint64_t> got = run(kernel(load + "ex2.approx.f32 %f0, %f1;\n" + store), 1024, input);
    for (size_t i = 0; i < got.size(); i++) {
        double wanted = std::exp2(double(as<float>(input[i])));
        expect(std::fabs(as<float>(got[i]) / wanted - 1) < 0x1p-22, format("ex2 of %g", double(as<float>(input[i]))));
    }
    for (int i = -3000; i < 3000; i++) {
        double x = i / 3.0, y = std::exp2(std::fabs(x) / 40);
        expect(std::fabs(exp2_accurate(x) / std::exp2(x) - 1) < 1e-12, format("exp2 of %g", x));
        expect(std::fabs(log2_accurate(y) - std::log2(y)) < 1e-12 * (1 + std::log2(y)), format("log2 of %g", y));
    }
}

}  // namespace simgpu::test
