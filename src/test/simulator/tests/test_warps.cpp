#include "expect.h"

namespace simgpu::test {
namespace {

void shuffle(const std::string& form, uint32_t (*from)(uint32_t)) {
    expect_each(form, "add.s32 %r1, %tid, 100;\nshfl.sync." + form + ", -1;\ncvt.u64.u32 %result, %r0;", 64,
                [=](uint32_t t) { return t / 32 * 32 + from(t % 32) + 100; });
}

}  // namespace

void warps() {
    shuffle("down.b32 %r0, %r1, 4, 31", [](uint32_t l) { return l < 28 ? l + 4 : l; });
    shuffle("up.b32 %r0, %r1, 4, 0", [](uint32_t l) { return l >= 4 ? l - 4 : l; });
    shuffle("bfly.b32 %r0, %r1, 16, 31", [](uint32_t l) { return l ^ 16; });
    shuffle("idx.b32 %r0, %r1, 3, 31", [](uint32_t) { return 3u; });
    shuffle("down.b32 %r0, %r1, 2, 0x1807", [](uint32_t l) { return l % 8 < 6 ? l + 2 : l; });  // segments of 8
    expect_each("whether the source was in range", R"(
        shfl.sync.down.b32 %r0|%p1, %tid, 8, 31, -1;
        selp.u64 %result, 1, 0, %p1;)", 32, [](uint32_t t) { return t < 24 ? 1 : 0; });
    expect_each("a ballot", R"(
        and.b32 %r1, %tid, 3;
        setp.eq.s32 %p1, %r1, 0;
        vote.sync.ballot.b32 %r0, %p1, -1;
        cvt.u64.u32 %result, %r0;)", 32, [](uint32_t) { return 0x11111111; });
    expect_each("any and all", R"(
        setp.eq.s32 %p1, %tid, 5;
        vote.sync.any.pred %p2, %p1, -1;
        vote.sync.all.pred %p3, %p1, -1;
        selp.u64 %d1, 1, 0, %p2;
        selp.u64 %d2, 2, 0, %p3;
        add.s64 %result, %d1, %d2;)", 32, [](uint32_t) { return 1; });
    expect_each("barriers in a loop", R"(
        .shared .align 4 .b8 words[1024];
        mov.u32 %r1, words;
        shl.b32 %r2, %tid, 2;
        add.s32 %r3, %r1, %r2;
        st.shared.u32 [%r3], %tid;
        mov.u32 %r4, 128;
    $loop:
        bar.sync 0;
        setp.ge.u32 %p1, %tid, %r4;
        @%p1 bra $skip;
        shl.b32 %r5, %r4, 2;
        add.s32 %r6, %r3, %r5;
        ld.shared.u32 %r7, [%r6];
        ld.shared.u32 %r8, [%r3];
        add.s32 %r8, %r8, %r7;
        st.shared.u32 [%r3], %r8;
    $skip:
        shr.u32 %r4, %r4, 1;
        setp.ne.s32 %p2, %r4, 0;
        @%p2 bra $loop;
        bar.sync 0;
        ld.shared.u32 %r9, [words];
        cvt.u64.u32 %result, %r9;)", 256, [](uint32_t) { return 255 * 256 / 2; });
    expect_each("atomics of all threads", R"(
        .shared .align 4 .b8 sum[4];
        setp.eq.s32 %p1, %tid, 0;
        @%p1 st.shared.u32 [sum], 0;
        bar.sync 0;
        atom.shared.add.u32 %r1, [sum], %tid;
        bar.sync 0;
        ld.shared.u32 %r2, [sum];
        cvt.u64.u32 %result, %r2;)", 128, [](uint32_t) { return 127 * 128 / 2; });
    expect_fault("a shuffle of absent lanes", kernel(R"(
        setp.lt.u32 %p1, %tid, 4;
        @%p1 bra $end;
        shfl.sync.bfly.b32 %r0, %tid, 1, 31, -1;
    $end:)"), 32, "shfl.sync with member mask");
    expect_fault("different barriers", kernel(R"(
        setp.lt.u32 %p1, %tid, 32;
        @%p1 bra $other;
        bar.sync 0;
        bra.uni $end;
    $other:
        bar.sync 1;
    $end:)"), 64, "deadlock");
}

}  // namespace simgpu::test
