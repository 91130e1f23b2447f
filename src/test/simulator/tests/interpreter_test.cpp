// Kernels of a few instructions with results known from the PTX manual or from plain C++.
#include "expect.h"

int main() {
    using namespace simgpu::test;
    arithmetic();
    conversions();
    approximations();
    control_flow();
    warps();
    memory();
    profile();
    races();
    std::printf("%d failures\n", failures);
    return failures == 0 ? 0 : 1;
}
