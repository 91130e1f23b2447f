// What the interpreter's tests are written with: a kernel's text, its launch, and its words of output.
#pragma once
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "executor.h"

namespace simgpu::test {

inline int failures = 0;

inline void expect(bool holds, const std::string& what) {
    if (holds) return;
    failures++;
    std::printf("FAILED: %s\n", what.c_str());
}

template <class T>
T as(uint64_t bits) {
    T value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
}
template <class T>
uint64_t bits(T value) {
    uint64_t result = 0;
    std::memcpy(&result, &value, sizeof value);
    return result;
}

// A kernel "t" that gets %out (its output, 64 bits a thread, address of this thread's word in %me), %tid and whatever
// the body declares. The body leaves its result in %result.
inline std::string kernel(const std::string& body) {
    return ".version 7.8\n.target sm_60\n.address_size 64\n"
           ".visible .entry t(.param .u64 out, .param .u64 in)\n{\n"
           ".reg .pred %p<9>;\n.reg .b16 %h<9>;\n.reg .b32 %r<19>;\n.reg .f32 %f<9>;\n.reg .b64 %d<19>;\n"
           ".reg .f64 %g<9>;\n.reg .b32 %tid;\n.reg .b64 %out, %in, %me, %result, %offset;\n"
           "ld.param.u64 %out, [out];\nld.param.u64 %in, [in];\nmov.u32 %tid, %tid.x;\n"
           "mul.wide.u32 %offset, %tid, 8;\nadd.s64 %me, %out, %offset;\nmov.u64 %result, 0;\n" +
           body + "\nst.global.u64 [%me], %result;\nret;\n}\n";
}

// Runs one block over words of input and returns its words of output; throws the fault there is.
inline std::vector<uint64_t> run(const std::string& text, uint32_t threads, const std::vector<uint64_t>& input = {},
                                 Dim3 grid = {1, 1, 1}, const Watch& watch = {}) {
    DeviceMemory memory(64 << 20);
    uint64_t out = memory.allocate(threads * 8, nullptr), in = memory.allocate(input.size() * 8 + 8, nullptr);
    std::memcpy(memory.host(in), input.data(), input.size() * 8);
    memory.mark_written(in, input.size() * 8);
    std::vector<Kernel> kernels = decode_module(parse_ptx(text), {});
    Launch launch;
    launch.kernel = &kernels.at(0);
    launch.memory = &memory;
    launch.grid = grid;
    launch.block = {threads, 1, 1};
    launch.parameters.resize(16);
    std::memcpy(launch.parameters.data(), &out, 8);
    std::memcpy(launch.parameters.data() + 8, &in, 8);
    execute(launch, watch);
    std::vector<uint64_t> result(threads);
    std::memcpy(result.data(), memory.host(out), threads * 8);
    return result;
}

// The result of a body in each thread.
inline void expect_each(const std::string& name, const std::string& body, uint32_t threads,
                        const std::function<uint64_t(uint32_t)>& wanted, const std::vector<uint64_t>& input = {}) {
    try {
        std::vector<uint64_t> got = run(kernel(body), threads, input);
        for (uint32_t t = 0; t < threads; t++) {
            if (got[t] == wanted(t)) continue;
            expect(false, format("%s: thread %u has %016lx, not %016lx", name.c_str(), t, got[t], wanted(t)));
            return;
        }
    } catch (const Fault& fault) {
        expect(false, name + ": " + fault.what());
    }
}

// One instruction with constants, the same in all threads.
inline void expect_one(const std::string& body, uint64_t wanted) {
    expect_each(body, body, 1, [=](uint32_t) { return wanted; });
}

inline void expect_fault(const std::string& name, const std::string& text, uint32_t threads, const std::string& part) {
    try {
        run(text, threads);
        expect(false, name + ": no fault");
    } catch (const Fault& fault) {
        expect(std::string(fault.what()).find(part) != std::string::npos, name + ": other fault: " + fault.what());
    }
}

void arithmetic();
void conversions();
void approximations();
void control_flow();
void warps();
void memory();
void profile();
void races();

}  // namespace simgpu::test
