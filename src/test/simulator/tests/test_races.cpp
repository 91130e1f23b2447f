#include "expect.h"

namespace simgpu::test {
namespace {

// A kernel of so many blocks of 32 threads over a buffer of 4 bytes for each thread of the launch and 32 more, written
// before; %mine is the thread's own word, %block the block's number.
std::string fault_of(const std::string& body, uint32_t blocks = 3) {
    std::string text = ".version 7.8\n.target sm_60\n.address_size 64\n.visible .entry t(.param .u64 buffer)\n{\n"
                       ".reg .pred %p<9>;\n.reg .b32 %r<9>, %tid, %block, %index;\n.reg .b64 %d<9>, %buffer, %mine;\n"
                       "ld.param.u64 %buffer, [buffer];\nmov.u32 %tid, %tid.x;\nmov.u32 %block, %ctaid.x;\n"
                       "mad.lo.u32 %index, %block, 32, %tid;\nmul.wide.u32 %mine, %index, 4;\n"
                       "add.s64 %mine, %mine, %buffer;\n" + body + "\nret;\n}\n";
    DeviceMemory memory(64 << 20);
    uint64_t bytes = 128 * blocks + 128, buffer = memory.allocate(bytes, nullptr);
    memory.mark_written(buffer, bytes);
    std::vector<Kernel> kernels = decode_module(parse_ptx(text), {});
    Launch launch;
    launch.kernel = &kernels.at(0);
    launch.memory = &memory;
    launch.grid = {blocks, 1, 1};
    launch.block = {32, 1, 1};
    launch.parameters.resize(8);
    std::memcpy(launch.parameters.data(), &buffer, 8);
    try {
        execute(launch, {true, nullptr});
        execute(launch, {true, nullptr});  // what an earlier launch touched does not count
        return "";
    } catch (const Fault& fault) {
        return fault.what();
    }
}

void expect_race(const std::string& name, const std::string& body, const std::vector<std::string>& parts) {
    std::string fault = fault_of(body);
    for (const std::string& part : parts) {
        expect(fault.find(part) != std::string::npos, name + ": no '" + part + "' in: " + fault);
    }
}

void expect_none(const std::string& name, const std::string& body, uint32_t blocks = 3) {
    std::string fault = fault_of(body, blocks);
    expect(fault.empty(), name + ": " + fault);
}

}  // namespace

void races() {
    expect_none("each its own", "ld.global.u32 %r1, [%mine];\nst.global.u32 [%mine], %r1;");
    expect_none("all read one place", "ld.global.u32 %r1, [%buffer];\nld.global.u32 %r2, [%buffer+4];");
    expect_none("atomic operations on one word", "red.global.add.u32 [%buffer], 1;\nred.global.add.u32 [%buffer], 1;");
    expect_none("a single block", "st.global.u32 [%buffer], %tid;\nld.global.u32 %r1, [%buffer];", 1);
    expect_race("all write one word", "st.global.u32 [%buffer], 7;",
                {"race between blocks: write", "kernel t, block (", "which block (", "wrote to", "PTX line",
                 "st.global.u32 [%buffer], 7;", "0 bytes into allocation 1"});
    expect_race("a read of the next block's words", "st.global.u32 [%mine], 1;\nld.global.u32 %r1, [%mine+128];",
                {"race between blocks", "in the same launch"});
    expect_race("the next block's first word, one lane",
                "st.global.u32 [%mine], 1;\nsetp.eq.u32 %p1, %tid, 31;\n@%p1 ld.global.u32 %r1, [%mine+4];",
                {"race between blocks", "thread (", "in the same launch"});
    expect_race("vectors that overlap", "mul.wide.u32 %d1, %tid, 8;\nadd.s64 %d1, %d1, %buffer;\n"
                "st.global.v2.u32 [%d1], {%tid, %tid};", {"race between blocks: write", "wrote to"});
    expect_race("a write where all read", "ld.global.u32 %r1, [%buffer];\nsetp.eq.u32 %p1, %block, 1;\n"
                "@%p1 st.global.u32 [%buffer], 1;", {"race between blocks"});
    expect_race("an atomic operation and a read", "setp.eq.u32 %p1, %block, 1;\n@%p1 red.global.add.u32 [%buffer], 1;\n"
                "ld.global.u32 %r1, [%buffer];", {"race between blocks"});
}

}  // namespace simgpu::test
