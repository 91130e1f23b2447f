#include "expect.h"

namespace simgpu::test {

// Divergence in all shapes that compilers make, each thread's result that of the loop written in C++.
void control_flow() {
    expect_each("if and else", R"(
        and.b32 %r1, %tid, 1;
        setp.eq.s32 %p1, %r1, 0;
        @%p1 bra $even;
        mov.u64 %result, 11;
        bra.uni $end;
    $even:
        mov.u64 %result, 22;
    $end:
        add.s64 %result, %result, 100;)", 64, [](uint32_t t) { return t % 2 == 0 ? 122 : 111; });
    expect_each("a loop of different lengths", R"(
        mov.u32 %r1, %tid;
    $loop:
        setp.eq.s32 %p1, %r1, 0;
        @%p1 bra $end;
        cvt.u64.u32 %d1, %r1;
        add.s64 %result, %result, %d1;
        sub.s32 %r1, %r1, 1;
        bra.uni $loop;
    $end:)", 100, [](uint32_t t) { return uint64_t(t) * (t + 1) / 2; });
    expect_each("nested loops with continue and break", R"(
        mov.u32 %r1, 0;
    $outer:
        setp.ge.u32 %p1, %r1, %tid;
        @%p1 bra $end;
        mov.u32 %r2, 0;
    $inner:
        add.s32 %r2, %r2, 1;
        xor.b32 %r3, %r2, %tid;
        and.b32 %r3, %r3, 3;
        setp.eq.s32 %p2, %r3, 0;
        @%p2 bra $inner;
        setp.gt.u32 %p3, %r2, 9;
        @%p3 bra $next;
        add.s64 %result, %result, 1;
        setp.le.u32 %p4, %r2, %r1;
        @%p4 bra $inner;
    $next:
        add.s32 %r1, %r1, 1;
        bra.uni $outer;
    $end:)", 48, [](uint32_t t) {
        uint64_t result = 0;
        for (uint32_t i = 0; i < t; i++) {
            for (uint32_t j = 0;;) {
                j++;
                if (((j ^ t) & 3) == 0) continue;
                if (j > 9) break;
                result++;
                if (j > i) break;
            }
        }
        return result;
    });
    expect_each("early return of some lanes", R"(
        st.global.u64 [%me], %result;
        setp.gt.u32 %p1, %tid, 40;
        @%p1 ret;
        mov.u64 %result, 5;)", 70, [](uint32_t t) { return t > 40 ? 0 : 5; });
    expect_each("guarded instructions", R"(
        setp.lt.u32 %p1, %tid, 7;
        @%p1 mov.u64 %result, 1;
        @!%p1 mov.u64 %result, 2;)", 33, [](uint32_t t) { return t < 7 ? 1 : 2; });
    expect_each("a loop that lanes leave by two ways", R"(
        mov.u32 %r1, 0;
    $loop:
        add.s32 %r1, %r1, 1;
        setp.eq.s32 %p1, %r1, %tid;
        @%p1 bra $found;
        setp.lt.s32 %p2, %r1, 20;
        @%p2 bra $loop;
        mov.u64 %result, 1000;
        bra.uni $end;
    $found:
        cvt.u64.u32 %result, %r1;
    $end:
        add.s64 %result, %result, 1;)", 40, [](uint32_t t) { return t >= 1 && t <= 20 ? t + 1 : 1001; });
    expect_fault("a missing label", kernel("bra $nowhere;"), 1, "label $nowhere is not there");
    expect_fault("an unknown instruction", kernel("frobnicate.u32 %r1, %r2;"), 1, "unknown instruction 'frobnicate'");
    expect_fault("an unknown modifier", kernel("add.rz.f32 %f1, %f2, %f3;"), 1, "modifier .rz is not supported");
    expect_fault("a register too narrow", kernel("add.s64 %r1, %d1, %d2;"), 1, "width");
    expect_fault("a trap", kernel("trap;"), 1, "trap");
}

}  // namespace simgpu::test
