#include <cmath>
#include <limits>

#include "expect.h"

namespace simgpu::test {
namespace {

// r1, r2, r3 and d1, d2, d3 hold a, b, c; the instruction writes r0 or d0.
void integer(const std::string& instruction, uint64_t a, uint64_t b, uint64_t c, uint64_t wanted) {
    std::string body;
    const uint64_t values[] = {a, b, c};
    for (int i = 0; i < 3; i++) {
        body += format("mov.u64 %%d%d, %ld;\n", i + 1, static_cast<long>(values[i]));
        body += format("cvt.u32.u64 %%r%d, %%d%d;\n", i + 1, i + 1);
    }
    body += "mov.u64 %d0, 0;\nmov.u32 %r0, 0;\n" + instruction + ";\n";
    bool wide = instruction.find("%d0") != std::string::npos;
    body += wide ? "mov.u64 %result, %d0;" : "cvt.u64.u32 %result, %r0;";
    expect_one(body, wanted);
}

void single(const std::string& instruction, float a, float b, float c, float wanted) {
    std::string body;
    const float values[] = {a, b, c};
    for (int i = 0; i < 3; i++) body += format("mov.f32 %%f%d, 0f%08lX;\n", i + 1, bits(values[i]));
    body += instruction + ";\nmov.b32 %r0, %f0;\ncvt.u64.u32 %result, %r0;";
    expect_one(body, bits(wanted));
}

void real(const std::string& instruction, double a, double b, double c, double wanted) {
    std::string body;
    const double values[] = {a, b, c};
    for (int i = 0; i < 3; i++) body += format("mov.f64 %%g%d, 0d%016lX;\n", i + 1, bits(values[i]));
    expect_one(body + instruction + ";\nmov.b64 %result, %g0;", bits(wanted));
}

void integers() {
    integer("add.s32 %r0, %r1, %r2", 0xFFFFFFFF, 2, 0, 1);
    integer("sub.s64 %d0, %d1, %d2", 1, 2, 0, ~0ull);
    integer("mul.lo.s32 %r0, %r1, %r2", 70000, 70000, 0, static_cast<uint32_t>(70000ull * 70000));
    integer("mul.hi.s32 %r0, %r1, %r2", 0x80000000, 2, 0, 0xFFFFFFFF);
    integer("mul.hi.u32 %r0, %r1, %r2", 0x80000000, 2, 0, 1);
    integer("mul.hi.u64 %d0, %d1, %d2", ~0ull, ~0ull, 0, ~0ull - 1);
    integer("mul.hi.s64 %d0, %d1, %d2", ~0ull, 5, 0, ~0ull);
    integer("mul.wide.s32 %d0, %r1, %r2", 0xFFFFFFFF, 7, 0, static_cast<uint64_t>(-7));
    integer("mul.wide.u32 %d0, %r1, %r2", 0xFFFFFFFF, 7, 0, 0xFFFFFFFFull * 7);
    integer("mad.lo.s32 %r0, %r1, %r2, %r3", 5, 6, 7, 37);
    integer("mad.wide.s32 %d0, %r1, %r2, %d3", 0xFFFFFFFF, 2, 3, 1);
    integer("div.s32 %r0, %r1, %r2", static_cast<uint32_t>(-7), 2, 0, static_cast<uint32_t>(-3));
    integer("div.s64 %d0, %d1, %d2", 1ull << 63, ~0ull, 0, 1ull << 63);
    integer("div.u64 %d0, %d1, %d2", ~0ull, 10, 0, ~0ull / 10);
    integer("rem.s64 %d0, %d1, %d2", static_cast<uint64_t>(-7), 2, 0, ~0ull);
    integer("rem.u32 %r0, %r1, %r2", 17, 5, 0, 2);
    integer("min.s32 %r0, %r1, %r2", 0xFFFFFFFF, 1, 0, 0xFFFFFFFF);
    integer("min.u32 %r0, %r1, %r2", 0xFFFFFFFF, 1, 0, 1);
    integer("max.s64 %d0, %d1, %d2", ~0ull, 1, 0, 1);
    integer("abs.s32 %r0, %r1", 0xFFFFFFFB, 0, 0, 5);
    integer("neg.s64 %d0, %d1", 5, 0, 0, static_cast<uint64_t>(-5));
}

void bit_operations() {
    integer("shl.b32 %r0, %r1, 33", 1, 0, 0, 0);
    integer("shl.b64 %d0, %d1, 33", 1, 0, 0, 1ull << 33);
    integer("shr.s32 %r0, %r1, 40", 0x80000000, 0, 0, 0xFFFFFFFF);
    integer("shr.u32 %r0, %r1, 31", 0x80000000, 0, 0, 1);
    integer("shr.s64 %d0, %d1, 1", 1ull << 63, 0, 0, 3ull << 62);
    integer("shf.l.wrap.b32 %r0, %r1, %r2, %r3", 0x80000001, 0x12345678, 4, 0x23456788);
    integer("shf.r.clamp.b32 %r0, %r1, %r2, %r3", 0x80000001, 0x12345678, 40, 0x12345678);
    integer("bfe.u32 %r0, %r1, 4, 8", 0x12345678, 0, 0, 0x67);
    integer("bfe.s32 %r0, %r1, 28, 8", 0x92345678, 0, 0, 0xFFFFFFF9);
    integer("bfi.b32 %r0, %r1, %r2, 8, 4", 0xF, 0, 0, 0xF00);
    integer("popc.b64 %r0, %d1", ~0ull, 0, 0, 64);
    integer("clz.b32 %r0, %r1", 0, 0, 0, 32);
    integer("clz.b64 %r0, %d1", 1, 0, 0, 63);
    integer("brev.b32 %r0, %r1", 1, 0, 0, 0x80000000);
    integer("prmt.b32 %r0, %r1, %r2, 0x3715", 0x44332211, 0x88776655, 0, 0x44882266);
    integer("prmt.b32 %r0, %r1, %r2, 0x000B", 0x84332211, 0, 0, 0x111111FF);
    integer("lop3.b32 %r0, %r1, %r2, %r3, 0x96", 0xF0F0, 0xFF00, 0xAAAA, 0xF0F0 ^ 0xFF00 ^ 0xAAAA);
    integer("lop3.b32 %r0, %r1, %r2, %r3, 0xEA", 0xF0F0, 0xFF00, 0x0001, (0xF0F0 & 0xFF00) | 1);
    integer("setp.lt.s32 %p1, %r1, %r2;\nselp.b32 %r0, 3, 4, %p1", 0xFFFFFFFF, 0, 0, 3);
    integer("setp.lt.u32 %p1, %r1, %r2;\nselp.b32 %r0, 3, 4, %p1", 0xFFFFFFFF, 0, 0, 4);
    integer("setp.eq.s32 %p2, %r1, 1;\nsetp.gt.and.s32 %p1|%p3, %r2, 5, !%p2;\nselp.b32 %r0, 3, 4, %p1", 2, 6, 0, 3);
    integer("mov.b64 %d0, {%r1, %r2}", 7, 9, 0, 9ull << 32 | 7);
    integer("mov.b64 {%r0, %r4}, %d1", 5ull << 32 | 6, 0, 0, 6);
}

void floats() {
    const float nan = std::nanf(""), infinity = INFINITY, tiny = 1e-40f;
    single("add.f32 %f0, %f1, %f2", 0.1f, 0.2f, 0, 0.1f + 0.2f);
    single("add.ftz.f32 %f0, %f1, %f2", tiny, 0, 0, 0);
    single("add.sat.f32 %f0, %f1, %f2", 3, 4, 0, 1);
    single("sub.rn.f32 %f0, %f1, %f2", 1, 3, 0, -2);
    single("fma.rn.f32 %f0, %f1, %f2, %f3", 1 + 0x1p-12f, 1 - 0x1p-12f, -1, -0x1p-24f);
    single("min.f32 %f0, %f1, %f2", nan, 3, 0, 3);
    single("max.f32 %f0, %f1, %f2", 0.0f, -0.0f, 0, 0.0f);
    single("min.f32 %f0, %f1, %f2", 0.0f, -0.0f, 0, -0.0f);
    single("div.rn.f32 %f0, %f1, %f2", 1, 3, 0, 1.0f / 3);
    single("sqrt.rn.f32 %f0, %f1", 2, 0, 0, std::sqrt(2.0f));
    single("rcp.rn.f32 %f0, %f1", 3, 0, 0, 1.0f / 3);
    single("neg.f32 %f0, %f1", 0, 0, 0, -0.0f);
    single("abs.f32 %f0, %f1", -infinity, 0, 0, infinity);
    single("copysign.f32 %f0, %f1, %f2", -1, 5, 0, -5);
    single("setp.neu.f32 %p1, %f1, %f1;\nselp.f32 %f0, 0f3F800000, 0f00000000, %p1", nan, 0, 0, 1);
    single("setp.ltu.f32 %p1, %f1, %f2;\nselp.f32 %f0, 0f3F800000, 0f00000000, %p1", nan, 0, 0, 1);
    single("setp.ne.f32 %p1, %f1, %f2;\nselp.f32 %f0, 0f3F800000, 0f00000000, %p1", nan, 0, 0, 0);
    single("testp.finite.f32 %p1, %f1;\nselp.f32 %f0, 0f3F800000, 0f00000000, %p1", infinity, 0, 0, 0);
    real("add.f64 %g0, %g1, %g2", 0.1, 0.2, 0, 0.1 + 0.2);
    real("fma.rn.f64 %g0, %g1, %g2, %g3", 1 + 0x1p-30, 1 - 0x1p-30, -1, -0x1p-60);
    real("div.rn.f64 %g0, %g1, %g2", 1, 3, 0, 1.0 / 3);
    real("sqrt.rn.f64 %g0, %g1", 2, 0, 0, std::sqrt(2.0));
    real("max.f64 %g0, %g1, %g2", std::nan(""), 3, 0, 3);
}

}  // namespace

void arithmetic() {
    integers();
    bit_operations();
    floats();
}

}  // namespace simgpu::test
