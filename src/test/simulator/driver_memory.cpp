// Device and pinned host memory, copies and fills.
#include <sys/mman.h>

#include <cstring>

#include "device.h"
#include "driver.h"
#include "profile.h"

using namespace simgpu;
using Address = unsigned long long;

namespace {

const void* pointer(Address address) { return reinterpret_cast<const void*>(address); }

std::string sizes(uint64_t bytes) {
    DeviceMemory& memory = Driver::instance().memory();
    return format("%lu bytes wanted, %lu of %lu free", bytes, memory.capacity() - memory.taken(), memory.capacity());
}

bool is_pinned(const void* host, uint64_t bytes) {
    const auto& pinned = Driver::instance().pinned;
    auto after = pinned.upper_bound(const_cast<void*>(host));
    if (after == pinned.begin()) return false;
    --after;
    return static_cast<const char*>(host) + bytes <= static_cast<const char*>(after->first) + after->second;
}

void upload(const char* name, Address to, const void* host, uint64_t bytes) {
    std::memcpy(device::writable(name, pointer(to), bytes), host, bytes);
}

void download(const char* name, void* host, Address from, uint64_t bytes) {
    std::memcpy(host, device::readable(name, pointer(from), bytes), bytes);
}

void copy(const char* name, Address to, Address from, uint64_t bytes) {
    uint8_t* target = device::raw(name, pointer(to), bytes);
    const uint8_t* source = device::raw(name, pointer(from), bytes);
    if (to < from + bytes && from < to + bytes) throw Fault(kInvalidValue, std::string(name) + ": the ranges overlap");
    std::memcpy(target, source, bytes);
    Driver::instance().memory().copy_shadow(to, from, bytes);
    record_transfer("(copy)", bytes, bytes);
}

template <class T>
void fill(const char* name, Address to, T value, uint64_t count) {
    if (count == 0) return;
    device::check_range(name, pointer(to), count * sizeof(T), sizeof(T));
    T* target = reinterpret_cast<T*>(device::writable(name, pointer(to), count * sizeof(T)));
    for (uint64_t i = 0; i < count; i++) target[i] = value;
    record_transfer("(fill)", 0, count * sizeof(T));
}

// Now, after what a call without a stream waits for.
int at_once(const char* name, const std::function<void()>& work) {
    return driver_call(name, [&] {
        Driver::instance().drain_blocking(Driver::instance().current());
        if (sticky() == kSuccess) work();
    });
}

int in_stream(const char* name, void* stream, std::function<void()> work) {
    return driver_call(name, [&] {
        Driver& driver = Driver::instance();
        driver.enqueue(driver.own_stream(stream), std::move(work));
    });
}

}  // namespace

SIMGPU_EXPORT int cuMemGetInfo_v2(size_t* free, size_t* total) {
    return driver_call("cuMemGetInfo", [&] {
        DeviceMemory& memory = Driver::instance().memory();
        *free = memory.capacity() - memory.taken();
        *total = memory.capacity();
    });
}

SIMGPU_EXPORT int cuMemAlloc_v2(Address* address, size_t bytes) {
    return driver_call("cuMemAlloc", [&] {
        require_pointer(address, "the address");
        if (bytes == 0) throw Refusal{kInvalidValue, "0 bytes are asked for"};
        *address = Driver::instance().memory().allocate(bytes, Driver::instance().current());
        if (*address == 0) throw Refusal{kOutOfMemory, sizes(bytes)};
        log(format("cuMemAlloc %zu bytes at 0x%llx, %lu taken", bytes, *address, Driver::instance().memory().taken()));
    });
}

SIMGPU_EXPORT int cuMemFree_v2(Address address) {
    return driver_call("cuMemFree", [&] {
        Driver& driver = Driver::instance();
        driver.drain_all();
        if (address == 0 || sticky() != kSuccess) return;
        DeviceMemory& memory = driver.memory_at(address);
        std::string place = memory.describe(address);
        if (!memory.release(address)) {
            bool twice = place.find("freed") != std::string::npos;
            throw Fault(kIllegalAddress, format("%s: 0x%llx is %s", twice ? "double free" : "free of what was not "
                                                "allocated", address, place.c_str()));
        }
    });
}

SIMGPU_EXPORT int cuMemGetAddressRange_v2(Address* base, size_t* bytes, Address address) {
    return driver_call("cuMemGetAddressRange", [&] {
        const Allocation* found = Driver::instance().memory_at(address).find(address);
        if (found == nullptr) throw Refusal{kNotFound, Driver::instance().memory_at(address).describe(address)};
        if (base != nullptr) *base = found->address;
        if (bytes != nullptr) *bytes = found->bytes;
    });
}

SIMGPU_EXPORT int cuMemHostAlloc(void** host, size_t bytes, unsigned) {
    return driver_call("cuMemHostAlloc", [&] {
        require_pointer(host, "the pointer");
        if (bytes == 0) throw Refusal{kInvalidValue, "0 bytes are asked for"};
        void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (at == MAP_FAILED) throw Refusal{kOutOfMemory, format("%zu bytes of host memory are refused", bytes)};
        Driver::instance().pinned[at] = bytes;
        *host = at;
    });
}

SIMGPU_EXPORT int cuMemAllocHost_v2(void** host, size_t bytes) { return cuMemHostAlloc(host, bytes, 0); }

SIMGPU_EXPORT int cuMemFreeHost(void* host) {
    return driver_call("cuMemFreeHost", [&] {
        auto& pinned = Driver::instance().pinned;
        Driver::instance().drain_all();
        auto found = pinned.find(host);
        if (found == pinned.end()) throw Fault(kIllegalAddress, "host memory that is not pinned, or freed twice");
        munmap(host, found->second);
        pinned.erase(found);
    });
}

SIMGPU_EXPORT int cuMemcpyHtoD_v2(Address to, const void* host, size_t bytes) {
    return at_once("cuMemcpyHtoD", [&] { if (bytes > 0) upload("cuMemcpyHtoD", to, host, bytes); });
}

SIMGPU_EXPORT int cuMemcpyDtoH_v2(void* host, Address from, size_t bytes) {
    return at_once("cuMemcpyDtoH", [&] { if (bytes > 0) download("cuMemcpyDtoH", host, from, bytes); });
}

SIMGPU_EXPORT int cuMemcpyDtoD_v2(Address to, Address from, size_t bytes) {
    return at_once("cuMemcpyDtoD", [&] { if (bytes > 0) copy("cuMemcpyDtoD", to, from, bytes); });
}

// Pageable memory is staged before the call returns; pinned memory is read when the copy runs.
SIMGPU_EXPORT int cuMemcpyHtoDAsync_v2(Address to, const void* host, size_t bytes, void* stream) {
    if (bytes == 0) return kSuccess;
    if (Driver::instance().initialised() && is_pinned(host, bytes)) {
        return in_stream("cuMemcpyHtoDAsync", stream, [=] { upload("cuMemcpyHtoDAsync", to, host, bytes); });
    }
    auto staged = std::make_shared<std::vector<uint8_t>>(static_cast<const uint8_t*>(host),
                                                         static_cast<const uint8_t*>(host) + bytes);
    return in_stream("cuMemcpyHtoDAsync", stream, [=] { upload("cuMemcpyHtoDAsync", to, staged->data(), bytes); });
}

// To pageable memory the call waits for the copy.
SIMGPU_EXPORT int cuMemcpyDtoHAsync_v2(void* host, Address from, size_t bytes, void* stream) {
    if (bytes == 0) return kSuccess;
    int result = in_stream("cuMemcpyDtoHAsync", stream, [=] { download("cuMemcpyDtoHAsync", host, from, bytes); });
    if (result != kSuccess || is_pinned(host, bytes)) return result;
    return driver_call("cuMemcpyDtoHAsync", [&] { Driver::instance().drain(Driver::instance().stream(stream)); });
}

SIMGPU_EXPORT int cuMemcpyDtoDAsync_v2(Address to, Address from, size_t bytes, void* stream) {
    if (bytes == 0) return kSuccess;
    return in_stream("cuMemcpyDtoDAsync", stream, [=] { copy("cuMemcpyDtoDAsync", to, from, bytes); });
}

SIMGPU_EXPORT int cuMemsetD8_v2(Address to, unsigned char value, size_t count) {
    return at_once("cuMemsetD8", [&] { fill("cuMemsetD8", to, value, count); });
}

SIMGPU_EXPORT int cuMemsetD16_v2(Address to, unsigned short value, size_t count) {
    return at_once("cuMemsetD16", [&] { fill("cuMemsetD16", to, value, count); });
}

SIMGPU_EXPORT int cuMemsetD32_v2(Address to, unsigned value, size_t count) {
    return at_once("cuMemsetD32", [&] { fill("cuMemsetD32", to, value, count); });
}

SIMGPU_EXPORT int cuMemsetD8Async(Address to, unsigned char value, size_t count, void* stream) {
    return in_stream("cuMemsetD8Async", stream, [=] { fill("cuMemsetD8Async", to, value, count); });
}

SIMGPU_EXPORT int cuMemsetD16Async(Address to, unsigned short value, size_t count, void* stream) {
    return in_stream("cuMemsetD16Async", stream, [=] { fill("cuMemsetD16Async", to, value, count); });
}

SIMGPU_EXPORT int cuMemsetD32Async(Address to, unsigned value, size_t count, void* stream) {
    return in_stream("cuMemsetD32Async", stream, [=] { fill("cuMemsetD32Async", to, value, count); });
}
