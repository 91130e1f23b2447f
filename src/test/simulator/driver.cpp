#include "driver.h"

#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "device.h"
#include "profile.h"

namespace simgpu {

// Never destroyed: threads of the host may still call while the process ends.
Driver& Driver::instance() {
    static Driver* const driver = new Driver();
    return *driver;
}

std::string environment(const char* name, const char* otherwise) {
    const char* value = std::getenv(name);
    return value == nullptr || *value == '\0' ? otherwise : value;
}

uint64_t parse_bytes(const std::string& text) {
    static const std::pair<const char*, int> units[] = {{"GiB", 30}, {"MiB", 20}, {"KiB", 10}, {"", 0}};
    char* rest = nullptr;
    uint64_t count = std::strtoull(text.c_str(), &rest, 10);
    for (auto [unit, shift] : units) {
        if (rest != text.c_str() && std::strcmp(rest, unit) == 0) return count << shift;
    }
    throw Refusal{kInvalidValue, "'" + text + "' is no amount of memory such as 8GiB or 512MiB"};
}

void Driver::initialise() {
    if (memory_ != nullptr) return;
    memory_ = std::make_unique<DeviceMemory>(parse_bytes(environment("SIMGPU_MEMORY", "8GiB")));
    std::string order = environment("SIMGPU_ORDER", "calls");
    if (order != "calls" && order != "lazy") throw Refusal{kInvalidValue, "SIMGPU_ORDER is 'calls' or 'lazy'"};
    lazy_ = order == "lazy";
}

std::vector<Context*>& context_stack() {
    static thread_local std::vector<Context*> stack;
    return stack;
}

Context* Driver::current() const {
    std::vector<Context*>& stack = context_stack();
    return stack.empty() ? nullptr : stack.back();
}

void Driver::require_live(const Context* context) const {
    if (context == nullptr) throw Refusal{kInvalidContext, "no context is current"};
    if (contexts.count(const_cast<Context*>(context)) == 0) throw Refusal{kInvalidContext, "the context is destroyed"};
}

int Driver::call(const char* name, bool needs_context, const std::function<void()>& f) {
    std::lock_guard<std::recursive_mutex> lock(mutex);
    if (sticky() != kSuccess) return sticky();
    try {
        if (!initialised() && needs_context) throw Refusal{kNotInitialized, "cuInit was not called"};
        if (needs_context) require_live(current());
        f();
        return sticky();
    } catch (const Refusal& refusal) {
        std::string told = std::string(name) + ": " + refusal.why;
        if (refusal.code == kNotReady || refusal.code == kOutOfMemory) log(told);
        else explain(told);
        return refusal.code;
    } catch (const Fault& fault) {
        if (fault.code == kInvalidPtx) {
            explain(std::string(name) + ": " + fault.what());
            return fault.code;
        }
        report(Fault(fault.code, std::string(name) + ": " + fault.what()));
        return sticky();
    }
}

Stream& Driver::stream(void* handle) {
    // 1 and 2 name the legacy and the per-thread default stream.
    if (reinterpret_cast<uintptr_t>(handle) <= 2) return default_stream_;
    auto found = streams.find(handle);
    if (found == streams.end()) throw Refusal{kInvalidHandle, "the stream is not there (destroyed?)"};
    return *found->second;
}

Event& Driver::event(void* handle) {
    auto found = events.find(handle);
    if (found == events.end()) throw Refusal{kInvalidHandle, "the event is not there (destroyed?)"};
    return *found->second;
}

// In the order of the calls, or as late as the program allows: then a missing wait shows.
void Driver::enqueue(Stream& stream, std::function<void()> work) {
    stream.queue.push_back(std::move(work));
    if (&stream == &default_stream_) drain_blocking();
    else if (!lazy_) drain(stream);
}

void Driver::step(Stream& stream) {
    std::function<void()> work = std::move(stream.queue.front());
    stream.queue.pop_front();
    if (sticky() != kSuccess) return;
    try {
        work();
    } catch (const Fault& fault) {
        report(fault);
    }
}

void Driver::drain(Stream& stream) {
    if (stream.draining) return;
    stream.draining = true;
    while (!stream.queue.empty()) step(stream);
    stream.draining = false;
}

void Driver::drain_until(Event& event, uint64_t record) {
    if (event.stream == nullptr) return;
    while (event.reached < record && !event.stream->queue.empty()) step(*event.stream);
}

void Driver::drain_blocking() {
    for (auto& [handle, stream] : streams) {
        if (stream->blocking) drain(*stream);
    }
    drain(default_stream_);
}

void Driver::drain_all() {
    for (auto& [handle, stream] : streams) drain(*stream);
    drain(default_stream_);
}

void Driver::report_leaks() {
    if (sticky() != kSuccess || memory_ == nullptr) return;
    for (const auto& [address, allocation] : memory_->live()) {
        if (!allocation.program) continue;
        complain(format("leak: allocation %lu, %lu bytes at 0x%lx, was not freed", allocation.serial, allocation.bytes,
                        address));
    }
    if (!pinned.empty()) complain(format("leak: %zu allocations of pinned host memory were not freed", pinned.size()));
    if (!streams.empty()) complain(format("leak: %zu streams were not destroyed", streams.size()));
    if (!events.empty()) complain(format("leak: %zu events were not destroyed", events.size()));
    if (!modules.empty()) complain(format("leak: %zu modules were not unloaded", modules.size()));
}

void Driver::forget_everything() {
    std::vector<uint64_t> addresses;
    for (const auto& [address, allocation] : memory_->live()) addresses.push_back(address);
    for (uint64_t address : addresses) memory_->release(address);
    pinned.clear();
    events.clear();
    streams.clear();
    modules.clear();
    functions.clear();
}

namespace {

// A process that saw a fault cannot end well, whatever its own exit status.
__attribute__((destructor)) void end_of_process() {
    Driver& driver = Driver::instance();
    if (driver.mutex.try_lock()) {
        driver.report_leaks();
        write_profile();
        driver.mutex.unlock();
    }
    if (faulted()) _exit(kFaultExit);
}

uint64_t address_of(const void* pointer) { return reinterpret_cast<uint64_t>(pointer); }

}  // namespace

namespace device {

bool enqueue(void* stream, std::function<void()> work) {
    Driver& driver = Driver::instance();
    return driver.call("enqueue", true, [&] { driver.enqueue(driver.stream(stream), std::move(work)); }) == kSuccess;
}

bool has_context() {
    return Driver::instance().call("cuCtxGetCurrent", true, [] {}) == kSuccess;
}

bool valid_stream(void* stream) {
    Driver& driver = Driver::instance();
    return driver.call("stream", true, [&] { driver.stream(stream); }) == kSuccess;
}

void check_range(const std::string& what, const void* pointer, uint64_t bytes, uint64_t alignment) {
    Driver& driver = Driver::instance();
    std::lock_guard<std::recursive_mutex> lock(driver.mutex);
    uint64_t address = address_of(pointer);
    const Allocation* found = address < kDeviceBase ? nullptr : driver.memory().find(address);
    if (found == nullptr || !found->holds(address, bytes)) {
        std::string end = found == nullptr ? "" : format("; %lu bytes are left there", found->end() - address);
        throw Fault(kIllegalAddress, format("%s: %lu bytes at 0x%lx are out of bounds, which is %s%s", what.c_str(),
                                            bytes, address, driver.memory().describe(address).c_str(), end.c_str()));
    }
    if (address % alignment != 0) {
        throw Fault(kMisalignedAddress, format("%s: 0x%lx is not aligned to %lu", what.c_str(), address, alignment));
    }
}

const uint8_t* readable(const std::string& what, const void* pointer, uint64_t bytes) {
    check_range(what, pointer, bytes, 1);
    DeviceMemory& memory = Driver::instance().memory();
    uint64_t address = address_of(pointer), unwritten = memory.first_unwritten(address, bytes);
    if (unwritten < bytes) {
        throw Fault(kIllegalAddress, format("%s: byte %lu of %lu was never written: %s", what.c_str(), unwritten, bytes,
                                            memory.describe(address + unwritten).c_str()));
    }
    return memory.host(address);
}

uint8_t* writable(const std::string& what, const void* pointer, uint64_t bytes) {
    uint8_t* host = raw(what, pointer, bytes);
    mark_written(pointer, bytes);
    return host;
}

uint8_t* raw(const std::string& what, const void* pointer, uint64_t bytes) {
    check_range(what, pointer, bytes, 1);
    return Driver::instance().memory().host(address_of(pointer));
}

void scribble(const std::string& what, const void* pointer, uint64_t bytes) {
    if (bytes == 0) return;
    std::memset(raw(what, pointer, bytes), 0xFF, bytes);
    Driver::instance().memory().mark_unwritten(address_of(pointer), bytes);
}

bool is_written(const void* pointer, uint64_t bytes) {
    return Driver::instance().memory().all_written(address_of(pointer), bytes);
}

void mark_written(const void* pointer, uint64_t bytes) {
    Driver::instance().memory().mark_written(address_of(pointer), bytes);
}

}  // namespace device
}  // namespace simgpu
