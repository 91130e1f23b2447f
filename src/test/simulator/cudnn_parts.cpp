// The parts of cuDNN. By itself the simulated one is a single file; the one in the folder `split` is a front that opens
// parts by name, as cuDNN 9 does, and ends the process where one is missing.
#ifdef SIMGPU_PART

#include <cstdlib>
#include <cstring>

#define TEXT(x) #x
#define QUOTED(x) TEXT(x)

// SIMGPU_STALE_PART=cnn: that part says that it is of another release than the others.
static int version_check() {
    const char* stale = std::getenv("SIMGPU_STALE_PART");
    return stale != nullptr && std::strcmp(stale, QUOTED(SIMGPU_PART)) == 0 ? 1002 : 0;
}

extern "C" __attribute__((visibility("default"))) int cudnnGraphVersionCheck() { return version_check(); }
extern "C" __attribute__((visibility("default"))) int cudnnOpsVersionCheck() { return version_check(); }
extern "C" __attribute__((visibility("default"))) int cudnnCnnVersionCheck() { return version_check(); }

#else

#include "cudnn.h"

#ifdef SIMGPU_SPLIT
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

void simgpu::cudnn::open_parts() {
    for (const char* name : {"libcudnn_graph.so.9", "libcudnn_ops.so.9", "libcudnn_cnn.so.9", "libcudnn_heuristic.so.9",
                             "libcudnn_engines_precompiled.so.9", "libcudnn_engines_runtime_compiled.so.9",
                             "libcublasLt.so.12"}) {
        if (dlopen(name, RTLD_LAZY) != nullptr) continue;
        std::fprintf(stderr, "Unable to load any of {%s}\nInvalid handle. Cannot load symbol\n", name);
        std::abort();
    }
}
#else
void simgpu::cudnn::open_parts() {}
#endif

#endif
