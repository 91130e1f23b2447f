#include "expect.h"

namespace simgpu::test {
namespace {

void loads_and_stores() {
    expect_each("vectors and bytes", R"(
        .local .align 16 .b8 depot[32];
        mov.u64 %d1, depot;
        mov.u32 %r1, 0x01020380;
        mov.u32 %r2, 7;
        st.local.v2.u32 [%d1], {%r1, %r2};
        st.local.u16 [%d1+8], %r1;
        ld.local.s8 %r3, [%d1];
        ld.local.u8 %h1, [%d1+1];
        ld.local.v2.u32 {%r4, %r5}, [%d1];
        ld.local.u16 %r6, [%d1+8];
        cvt.u32.u16 %r7, %h1;
        add.s32 %r8, %r3, %r7;
        add.s32 %r8, %r8, %r5;
        add.s32 %r8, %r8, %r6;
        cvt.u64.u32 %result, %r8;)", 40, [](uint32_t) { return 0xFFFFFF80u + 3 + 7 + 0x380; });
    expect_each("generic addresses of shared and local memory", R"(
        .shared .align 8 .b8 words[512];
        .local .align 8 .b8 own[8];
        mov.u64 %d1, words;
        cvta.shared.u64 %d2, %d1;
        add.s64 %d2, %d2, %offset;
        mov.u64 %d3, own;
        cvta.local.u64 %d4, %d3;
        cvt.u64.u32 %d5, %tid;
        st.u64 [%d2], %d5;
        st.u64 [%d4], %d5;
        ld.u64 %d6, [%d2];
        ld.local.u64 %d7, [own];
        add.s64 %result, %d6, %d7;)", 64, [](uint32_t t) { return 2 * t; });
    std::vector<uint64_t> input = {10, 20, 30, 40};
    expect_each("a gather", R"(
        and.b32 %r1, %tid, 3;
        mul.wide.u32 %d1, %r1, 8;
        add.s64 %d2, %in, %d1;
        ld.global.nc.u64 %result, [%d2];)", 37, [](uint32_t t) { return 10 + 10 * (t % 4); }, input);
    expect_each("one place for all", "ld.global.u64 %result, [%in+16];", 64, [](uint32_t) { return 30; }, input);
    expect_each("atomics that answer", R"(
        atom.global.add.u64 %result, [%in], 1;)", 96, [](uint32_t t) { return 10 + t; }, input);
}

void faults() {
    expect_fault("past the end", kernel("add.s64 %d1, %me, 8;\nst.global.u64 [%d1], %result;"), 64,
                 "0 bytes past the end of allocation 1 (512 bytes");
    expect_fault("before the start", kernel("sub.s64 %d1, %out, 4;\nst.global.u32 [%d1], 0;"), 1, "4 bytes before");
    expect_fault("across the end", kernel("add.s64 %d1, %out, 4;\nst.global.v2.u32 [%d1], {%tid, %tid};"), 1,
                 "misaligned");
    expect_fault("the null pointer", kernel("mov.u64 %d1, 0;\nld.global.u32 %r1, [%d1];"), 1, "the null pointer");
    expect_fault("an unwritten byte", kernel("st.global.u8 [%me+1], %tid;\nld.global.u16 %r1, [%me];"), 1,
                 "never written");
    expect_fault("unwritten shared memory", kernel(".shared .align 4 .b8 s[8];\nld.shared.u32 %r1, [s+4];"), 1,
                 "shared memory that was never written");
    expect_fault("unwritten local memory", kernel(".local .align 4 .b8 s[8];\nld.local.u32 %r1, [s+4];"), 1,
                 "local memory that was never written");
    expect_fault("past shared memory", kernel(".shared .align 4 .b8 s[8];\nst.shared.u32 [s+8], %tid;"), 1,
                 "shared write of 4 bytes out of bounds: offset 8 of 8 bytes");
    expect_fault("past the parameters", kernel("ld.param.u64 %d1, [in+8];"), 1, "parameter read");
}

void allocator() {
    DeviceMemory memory(64 << 20);
    uint64_t a = memory.allocate(100, nullptr), b = memory.allocate(3 << 20, nullptr);
    expect(memory.taken() == 6 << 20, "a small and a large allocation take 2 and 4 MiB");
    expect(memory.allocate(60 << 20, nullptr) == 0, "60 MiB are not free");
    expect(memory.allocate(58 << 20, nullptr) != 0, "58 MiB are free");
    expect(!memory.all_written(a, 1), "new memory is unwritten");
    memory.mark_written(a + 1, 7);
    expect(memory.first_unwritten(a, 8) == 0 && memory.all_written(a + 1, 7), "7 bytes are written");
    expect(memory.first_unwritten(a + 1, 10) == 7, "the eighth is not");
    memory.copy_shadow(b + 3, a, 9);
    expect(!memory.all_written(b + 3, 1) && memory.all_written(b + 4, 7) && !memory.all_written(b + 11, 1),
           "a copy carries what was written");
    memory.mark_unwritten(a + 2, 3);
    expect(memory.all_written(a + 1, 1) && memory.first_unwritten(a + 1, 7) == 1 && memory.all_written(a + 5, 3),
           "unwritten again");
    memory.mark_written(b, 3 << 20);
    expect(memory.release(b) && !memory.release(b), "freed once");
    expect(memory.find(b) == nullptr, "freed memory is not found");
    expect(memory.allocate(3 << 20, nullptr) != b, "freed addresses are not used again");
}

}  // namespace

void memory() {
    loads_and_stores();
    faults();
    allocator();
}

}  // namespace simgpu::test
