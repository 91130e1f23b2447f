// Modules, functions, launches and occupancy.
#include <algorithm>
#include <cstring>

#include "device.h"
#include "driver.h"
#include "executor.h"

using namespace simgpu;
using Address = unsigned long long;

namespace {

constexpr uint32_t kMaxShared = 49152;

// Variables live in device memory; those without initial values are zero.
void place_variables(Module& module, const PtxModule& ptx) {
    DeviceMemory& memory = Driver::instance().memory();
    for (const Variable& v : ptx.variables) {
        if (v.space == Space::Shared || v.bytes == 0) continue;
        uint64_t address = memory.allocate(v.bytes, nullptr);
        if (address == 0) throw Refusal{kOutOfMemory, "no memory for variable " + v.name};
        module.variables[v.name] = address;
        module.variable_bytes[v.name] = v.bytes;
        std::vector<uint8_t> values = v.initial;
        values.resize(v.bytes);
        std::memcpy(memory.host(address), values.data(), v.bytes);
        memory.mark_written(address, v.bytes);
    }
}

void check_target(const PtxModule& ptx) {
    int target = ptx.target.compare(0, 3, "sm_") == 0 ? std::atoi(ptx.target.c_str() + 3) : 0;
    std::string own = environment("SIMGPU_COMPUTE", "6.1");
    own.erase(std::remove(own.begin(), own.end(), '.'), own.end());
    if (target == 0 || target > std::stoi(own)) {
        throw Refusal{kInvalidPtx, "the PTX is for '" + ptx.target + "', which this device (sm_" + own + ") is not"};
    }
}

FunctionHandle& function_of(void* handle) {
    if (Driver::instance().functions.count(handle) == 0) {
        throw Refusal{kInvalidHandle, "the function is not there (its module unloaded?)"};
    }
    return *static_cast<FunctionHandle*>(handle);
}

void check_shape(const Kernel& kernel, const Dim3& grid, const Dim3& block, uint64_t shared) {
    auto refuse = [&](Code code, const std::string& why) { throw Refusal{code, "kernel " + kernel.name + ": " + why}; };
    if (grid.count() == 0 || block.count() == 0) refuse(kInvalidValue, "a dimension is 0");
    if (grid.x > INT32_MAX || grid.y > 65535 || grid.z > 65535) {
        refuse(kInvalidValue, format("a grid of %u x %u x %u is too large", grid.x, grid.y, grid.z));
    }
    if (block.x > 1024 || block.y > 1024 || block.z > 64 || block.count() > kernel.max_threads) {
        refuse(kInvalidValue, format("a block of %u x %u x %u exceeds the %u threads it was compiled for", block.x,
                                     block.y, block.z, kernel.max_threads));
    }
    if (kernel.required_threads > 0 && block.count() != kernel.required_threads) {
        refuse(kInvalidValue, format("it needs blocks of %u threads", kernel.required_threads));
    }
    if (kernel.shared_bytes + shared > kMaxShared) {
        refuse(kInvalidValue, format("%lu bytes of shared memory are too many", kernel.shared_bytes + shared));
    }
}

std::vector<uint8_t> gather_parameters(const Kernel& kernel, void** parameters, void** extra) {
    std::vector<uint8_t> buffer(kernel.parameter_bytes);
    if (parameters != nullptr) {
        for (size_t i = 0; i < kernel.parameters.size(); i++) {
            const Variable& p = kernel.parameters[i];
            if (parameters[i] == nullptr) throw Refusal{kInvalidValue, format("parameter %zu is a null pointer", i)};
            std::memcpy(buffer.data() + p.offset, parameters[i], p.bytes);
        }
    } else if (extra != nullptr) {  // 1: buffer, 2: pointer to its size, 0: end
        const void* source = nullptr;
        size_t bytes = 0;
        for (; *extra != nullptr; extra += 2) {
            if (*extra == reinterpret_cast<void*>(1)) source = extra[1];
            if (*extra == reinterpret_cast<void*>(2)) bytes = *static_cast<size_t*>(extra[1]);
        }
        if (bytes < buffer.size()) throw Refusal{kInvalidValue, "the buffer of parameters is too small"};
        std::memcpy(buffer.data(), source, buffer.size());
    } else if (!buffer.empty()) {
        throw Refusal{kInvalidValue, "the parameters are missing"};
    }
    return buffer;
}

void run(const Launch& launch) {
    auto begin = std::chrono::steady_clock::now();
    LaunchProfile profile;
    LaunchCount count = execute(launch, {looking_for_races(), profiling() ? &profile : nullptr});
    if (profiling()) record_profile(launch.kernel->name, launch.grid.count(), profile);
    if (!logging()) return;
    double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    log(format("%s grid %u,%u,%u block %u,%u,%u: %.3f ms, %lu warp instructions, %.0f million lanes/s",
               launch.kernel->name.c_str(), launch.grid.x, launch.grid.y, launch.grid.z, launch.block.x, launch.block.y,
               launch.block.z, seconds * 1e3, count.warp_instructions,
               static_cast<double>(count.warp_instructions) * 32 / seconds / 1e6));
}

}  // namespace

SIMGPU_EXPORT int cuModuleLoadData(void** handle, const void* image) {
    return driver_call("cuModuleLoadData", [&] {
        require_pointer(handle, "the module");
        require_pointer(image, "the image");
        const char* text = static_cast<const char*>(image);
        if (text[0] == '\x7f' || text[0] == '\x50') throw Refusal{kInvalidImage, "only PTX text can be loaded"};
        PtxModule ptx = parse_ptx(text);
        check_target(ptx);
        auto module = std::make_unique<Module>();
        module->context = Driver::instance().current();
        place_variables(*module, ptx);
        Decoder::Symbols symbols(module->variables.begin(), module->variables.end());
        try {
            module->kernels = decode_module(ptx, symbols);
        } catch (const Fault&) {
            for (auto& [name, address] : module->variables) Driver::instance().memory().release(address);
            throw;
        }
        *handle = module.get();
        Driver::instance().modules[*handle] = std::move(module);
    });
}

SIMGPU_EXPORT int cuModuleLoadDataEx(void** handle, const void* image, unsigned, int*, void**) {
    return cuModuleLoadData(handle, image);
}

SIMGPU_EXPORT int cuModuleUnload(void* handle) {
    return driver_call("cuModuleUnload", [&] {
        Driver& driver = Driver::instance();
        auto found = driver.modules.find(handle);
        if (found == driver.modules.end()) throw Refusal{kInvalidHandle, "the module is not there (unloaded twice?)"};
        if (found->second->context != driver.current()) {
            throw Refusal{kInvalidContext, "the module belongs to another context"};
        }
        driver.drain_all();
        for (auto& [name, function] : found->second->functions) driver.functions.erase(function.get());
        for (auto& [name, address] : found->second->variables) driver.memory().release(address);
        driver.modules.erase(found);
    });
}

SIMGPU_EXPORT int cuModuleGetFunction(void** handle, void* module_handle, const char* name) {
    return driver_call("cuModuleGetFunction", [&] {
        Driver& driver = Driver::instance();
        auto found = driver.modules.find(module_handle);
        if (found == driver.modules.end()) throw Refusal{kInvalidHandle, "the module is not there"};
        Module& module = *found->second;
        if (module.context != driver.current()) throw Refusal{kInvalidHandle, "the module belongs to another context"};
        for (const Kernel& kernel : module.kernels) {
            if (kernel.name != name) continue;
            auto& function = module.functions[name];
            if (function == nullptr) function = std::make_unique<FunctionHandle>(FunctionHandle{&module, &kernel});
            driver.functions.insert(function.get());
            *handle = function.get();
            return;
        }
        throw Refusal{kNotFound, format("the module has no kernel '%s'", name)};
    });
}

SIMGPU_EXPORT int cuModuleGetGlobal_v2(Address* address, size_t* bytes, void* module_handle, const char* name) {
    return driver_call("cuModuleGetGlobal", [&] {
        Driver& driver = Driver::instance();
        auto found = driver.modules.find(module_handle);
        if (found == driver.modules.end()) throw Refusal{kInvalidHandle, "the module is not there"};
        auto variable = found->second->variables.find(name);
        if (variable == found->second->variables.end()) throw Refusal{kNotFound, format("no variable '%s'", name)};
        if (address != nullptr) *address = variable->second;
        if (bytes != nullptr) *bytes = found->second->variable_bytes[name];
    });
}

SIMGPU_EXPORT int cuFuncGetModule(void** module, void* function) {
    return driver_call("cuFuncGetModule", [&] { *module = function_of(function).module; });
}

// The registers are an estimate: what the PTX declares, at most what the hardware has.
SIMGPU_EXPORT int cuFuncGetAttribute(int* value, int attribute, void* function) {
    return driver_call("cuFuncGetAttribute", [&] {
        const Kernel& kernel = *function_of(function).kernel;
        switch (attribute) {
            case 0: *value = static_cast<int>(kernel.max_threads); break;
            case 1: *value = static_cast<int>(kernel.shared_bytes); break;
            case 2: *value = 0; break;
            case 3: *value = static_cast<int>(kernel.local_bytes); break;
            case 4: *value = static_cast<int>(std::min(kernel.register_words, 64u)); break;
            case 5: case 6: *value = 60; break;
            case 7: *value = 0; break;
            case 8: *value = static_cast<int>(kMaxShared - kernel.shared_bytes); break;
            default: throw Refusal{kInvalidValue, format("function attribute %d is not simulated", attribute)};
        }
    });
}

SIMGPU_EXPORT int cuFuncSetAttribute(void* function, int, int) {
    return driver_call("cuFuncSetAttribute", [&] { function_of(function); });
}

SIMGPU_EXPORT int cuFuncSetCacheConfig(void* function, int) {
    return driver_call("cuFuncSetCacheConfig", [&] { function_of(function); });
}

SIMGPU_EXPORT int cuLaunchKernel(void* function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by,
                                 unsigned bz, unsigned shared, void* stream, void** parameters, void** extra) {
    return driver_call("cuLaunchKernel", [&] {
        Driver& driver = Driver::instance();
        Launch launch;
        if (function_of(function).module->context != driver.current()) {
            throw Refusal{kInvalidHandle, "the function belongs to a module of another context"};
        }
        launch.kernel = function_of(function).kernel;
        launch.memory = &driver.memory();
        launch.grid = {gx, gy, gz};
        launch.block = {bx, by, bz};
        launch.dynamic_shared = shared;
        check_shape(*launch.kernel, launch.grid, launch.block, shared);
        launch.parameters = gather_parameters(*launch.kernel, parameters, extra);
        driver.enqueue(driver.own_stream(stream), [launch] { run(launch); });
    });
}

SIMGPU_EXPORT int cuOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, void* function, int threads, size_t shared) {
    return driver_call("cuOccupancyMaxActiveBlocksPerMultiprocessor", [&] {
        const Kernel& kernel = *function_of(function).kernel;
        int by_threads = 2048 / ((threads + 31) / 32 * 32);
        uint64_t bytes = kernel.shared_bytes + shared;
        int by_shared = bytes == 0 ? 32 : static_cast<int>(98304 / bytes);
        *blocks = std::min({by_threads, by_shared, 32});
    });
}

SIMGPU_EXPORT int cuOccupancyMaxPotentialBlockSize(int* grid, int* block, void* function, void*, size_t, int limit) {
    return driver_call("cuOccupancyMaxPotentialBlockSize", [&] {
        int most = static_cast<int>(function_of(function).kernel->max_threads);
        *block = limit > 0 ? std::min(limit, most) : most;
        *grid = 20 * (2048 / *block);
    });
}
