#include "expect.h"

namespace simgpu::test {
namespace {

struct Expected {
    uint64_t bytes, sectors, occupied;
};

void expect_traffic(const std::string& name, const Traffic& got, const Expected& wanted) {
    expect(got.bytes == wanted.bytes && got.sectors == wanted.sectors && got.occupied == wanted.occupied,
           format("%s: %lu bytes, %lu sectors, %lu occupied", name.c_str(), got.bytes, got.sectors, got.occupied));
}

// Reads by the body, with input of 1024 words of 8 bytes; a thread's own word of output is written behind it.
void expect_reads(const std::string& name, const std::string& body, uint32_t threads, const Expected& wanted) {
    LaunchProfile profile;
    run(kernel(body), threads, std::vector<uint64_t>(1024), {1, 1, 1}, {false, &profile});
    expect_traffic(name, profile.read, wanted);
    expect_traffic(name + ", output", profile.written, {8 * threads, (8 * threads + 31) / 32, (8 * threads + 31) / 32});
}

std::string strided(int bytes, int offset, const std::string& load) {
    return format("mul.wide.u32 %%d1, %%tid, %d;\nadd.s64 %%d2, %%in, %%d1;\n%s [%%d2+%d];", bytes, load.c_str(),
                  offset);
}

void instructions() {
    LaunchProfile profile;
    run(kernel("cvt.rn.f32.u32 %f1, %tid;\nadd.f32 %f1, %f1, %f1;\ncvt.f64.f32 %g1, %f1;\nfma.rn.f64 %g2, %g1, %g1, "
               "%g1;\nshl.b32 %r1, %tid, 2;\nsetp.eq.s32 %p1, %r1, 8;\n@%p1 add.s32 %r2, %r1, 1;"), 64, {}, {1, 1, 1},
        {false, &profile});
    // Beside them the frame of kernel(): a store; a product and a sum; two ld.param, two mov and ret.
    const uint64_t wanted[] = {2, 4, 4, 10, 10};
    for (int k = 0; k < kInstructionKinds; k++) {
        uint64_t got = profile.instructions[k];
        expect(got == wanted[k], format("instructions of kind %d: %lu", k, got));
    }
}

}  // namespace

void profile() {
    expect_reads("a row of floats", strided(4, 0, "ld.global.u32 %r1,"), 64, {256, 8, 8});
    expect_reads("a row that begins within a sector", strided(4, 4, "ld.global.u32 %r1,"), 64, {256, 10, 9});
    expect_reads("every second float", strided(8, 0, "ld.global.u32 %r1,"), 32, {128, 8, 8});
    expect_reads("each float in its own sector", strided(32, 0, "ld.global.u32 %r1,"), 32, {128, 32, 32});
    expect_reads("vectors of four", strided(16, 0, "ld.global.v4.u32 {%r1, %r2, %r3, %r4},"), 32, {512, 16, 16});
    expect_reads("one place for all", strided(0, 0, "ld.global.u32 %r1,"), 96, {384, 3, 1});
    expect_reads("a row read twice", strided(4, 0, "ld.global.u32 %r1,") + "\nld.global.u32 %r2, [%d2];", 32,
                 {256, 8, 4});
    expect_reads("a guarded load", "setp.lt.u32 %p1, %tid, 3;\n" + strided(4, 0, "@%p1 ld.global.u32 %r1,"), 32,
                 {12, 1, 1});
    expect_reads("shared memory is not counted", ".shared .align 4 .b8 s[4];\nst.shared.u32 [s], 1;", 32, {0, 0, 0});
    instructions();
}

}  // namespace simgpu::test
