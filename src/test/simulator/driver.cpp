#include "driver.h"

#include <unistd.h>

#include <algorithm>
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
    if (initialised()) return;
    uint64_t capacity = parse_bytes(environment("SIMGPU_MEMORY", "8GiB"));
    int count = std::atoi(environment("SIMGPU_DEVICES", "1").c_str());
    if (count < 1 || count > 8) throw Refusal{kInvalidValue, "SIMGPU_DEVICES is a number from 1 to 8"};
    std::string order = environment("SIMGPU_ORDER", "calls");
    if (order != "calls" && order != "lazy") throw Refusal{kInvalidValue, "SIMGPU_ORDER is 'calls' or 'lazy'"};
    lazy_ = order == "lazy";
    library_memory();
    for (int i = 0; i < count; i++) {
        auto device = std::make_unique<Device>();
        device->memory = std::make_unique<DeviceMemory>(capacity, kDeviceBase + static_cast<uint64_t>(i) * kCardSpan);
        device->primary.primary = true;
        devices.push_back(std::move(device));
    }
}

DeviceMemory& Driver::memory() {
    return *devices[static_cast<size_t>((executing_ != nullptr ? executing_ : current())->device)]->memory;
}

DeviceMemory& Driver::memory_at(uint64_t address) {
    uint64_t index = address < kDeviceBase ? 0 : (address - kDeviceBase) / kCardSpan;
    return *devices[index < devices.size() ? index : 0]->memory;
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
    if (contexts.count(const_cast<Context*>(context)) == 0) {
        throw Refusal{kContextIsDestroyed, "the current context is destroyed, or a primary one that was released"};
    }
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
    if (reinterpret_cast<uintptr_t>(handle) <= 2) return current()->default_stream;
    auto found = streams.find(handle);
    if (found == streams.end()) throw Refusal{kInvalidHandle, "the stream is not there (destroyed?)"};
    return *found->second;
}

Stream& Driver::own_stream(void* handle) {
    Stream& found = stream(handle);
    if (found.context != current()) throw Refusal{kInvalidHandle, "the stream belongs to another context"};
    return found;
}

Event& Driver::event(void* handle) {
    auto found = events.find(handle);
    if (found == events.end()) throw Refusal{kInvalidHandle, "the event is not there (destroyed?)"};
    return *found->second;
}

// In the order of the calls, or as late as the program allows: then a missing wait shows.
void Driver::enqueue(Stream& stream, std::function<void()> work) {
    stream.queue.push_back(std::move(work));
    if (&stream == &stream.context->default_stream) drain_blocking(stream.context);
    else if (!lazy_) drain(stream);
}

void Driver::step(Stream& stream) {
    std::function<void()> work = std::move(stream.queue.front());
    stream.queue.pop_front();
    if (sticky() != kSuccess) return;
    Context* before = executing_;
    executing_ = stream.context;
    try {
        work();
    } catch (const Fault& fault) {
        report(fault);
    }
    executing_ = before;
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

void Driver::drain_blocking(Context* context) {
    for (auto& [handle, stream] : streams) {
        if (stream->blocking && stream->context == context) drain(*stream);
    }
    drain(context->default_stream);
}

void Driver::drain_all() {
    for (auto& [handle, stream] : streams) drain(*stream);
    for (Context* context : contexts) drain(context->default_stream);
}

void Driver::report_leaks() {
    for (const Context* context : contexts) report_leaks(context);
    if (sticky() == kSuccess && !pinned.empty()) {
        complain(format("leak: %zu allocations of pinned host memory were not freed", pinned.size()));
    }
}

void Driver::report_leaks(const Context* context) {
    if (sticky() != kSuccess) return;
    for (const auto& [address, allocation] : devices[static_cast<size_t>(context->device)]->memory->live()) {
        if (allocation.owner != context) continue;
        complain(format("leak: allocation %lu, %lu bytes at 0x%lx, was not freed", allocation.serial, allocation.bytes,
                        address));
    }
    auto left = [&](const auto& things, const char* text) {
        auto count = std::count_if(things.begin(), things.end(),
                                   [&](const auto& thing) { return thing.second->context == context; });
        if (count > 0) complain(format("leak: %ld %s", static_cast<long>(count), text));
    };
    left(streams, "streams were not destroyed");
    left(events, "events were not destroyed");
    left(modules, "modules were not unloaded");
}

void Driver::forget(Context* context) {
    DeviceMemory& memory = *devices[static_cast<size_t>(context->device)]->memory;
    std::vector<uint64_t> addresses;
    for (const auto& [address, allocation] : memory.live()) {
        if (allocation.owner == context) addresses.push_back(address);
    }
    for (uint64_t address : addresses) memory.release(address);
    auto drop = [&](auto& things) {
        for (auto at = things.begin(); at != things.end();) {
            at = at->second->context == context ? things.erase(at) : std::next(at);
        }
    };
    drop(events);
    drop(streams);
    for (auto& [handle, module] : modules) {
        if (module->context != context) continue;
        for (auto& [name, address] : module->variables) memory.release(address);
        for (auto& [name, function] : module->functions) functions.erase(function.get());
    }
    drop(modules);
}

void Driver::make_live(Context* context, int device) {
    context->device = device;
    context->default_stream.context = context;
    uint64_t bytes = library_memory().context;
    if (bytes > 0) {
        uint64_t address = devices[static_cast<size_t>(device)]->memory->allocate(bytes, nullptr);
        if (address == 0) throw Refusal{kOutOfMemory, format("a context takes %lu bytes", bytes)};
        context->overhead.push_back(address);
    }
    contexts.insert(context);
}

void Driver::end(Context* context) {
    drain_all();
    report_leaks(context);
    forget(context);
    Device& device = *devices[static_cast<size_t>(context->device)];
    if (context->primary && device.kept) return;
    for (uint64_t address : context->overhead) device.memory->release(address);
    context->overhead.clear();
    context->code.clear();
    contexts.erase(context);
    created.erase(context);
}

const LibraryMemory& library_memory() {
    static const LibraryMemory amounts = [] {
        LibraryMemory read;
        std::string text = environment("SIMGPU_LIBRARY_MEMORY", "");
        for (size_t at = 0; at < text.size();) {
            size_t end = std::min(text.find(',', at), text.size()), equals = text.find('=', at);
            std::string name = text.substr(at, equals - at);
            uint64_t* target = name == "context" ? &read.context : name == "code" ? &read.code
                             : name == "product" ? &read.product : nullptr;
            if (target == nullptr || equals >= end) {
                throw Refusal{kInvalidValue, "SIMGPU_LIBRARY_MEMORY has the form context=300MiB,code=8MiB,product=32MiB"};
            }
            *target = parse_bytes(text.substr(equals + 1, end - equals - 1));
            at = end + 1;
        }
        return read;
    }();
    return amounts;
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
    return driver.call("enqueue", true, [&] { driver.enqueue(driver.own_stream(stream), std::move(work)); }) == kSuccess;
}

bool has_context() {
    return Driver::instance().call("cuCtxGetCurrent", true, [] {}) == kSuccess;
}

bool valid_stream(void* stream) {
    Driver& driver = Driver::instance();
    return driver.call("stream", true, [&] { driver.own_stream(stream); }) == kSuccess;
}

const void* current_context() { return Driver::instance().current(); }

void keep_context() {
    Driver& driver = Driver::instance();
    std::lock_guard<std::recursive_mutex> lock(driver.mutex);
    if (driver.current()->primary) driver.devices[static_cast<size_t>(driver.current()->device)]->kept = true;
}

bool load_code(const std::string& name) {
    Driver& driver = Driver::instance();
    std::lock_guard<std::recursive_mutex> lock(driver.mutex);
    uint64_t bytes = library_memory().code;
    Context& context = *driver.current();
    if (bytes == 0 || context.code.count(name) > 0) return true;
    uint64_t address = driver.memory().allocate(bytes, nullptr);
    if (address == 0) return false;
    log(format("code of %s takes %lu bytes", name.c_str(), bytes));
    context.overhead.push_back(address);
    context.code.insert(name);
    return true;
}

uint64_t product_bytes() { return library_memory().product; }

uint64_t take(uint64_t bytes) {
    Driver& driver = Driver::instance();
    std::lock_guard<std::recursive_mutex> lock(driver.mutex);
    return driver.memory().allocate(bytes, nullptr);
}

void give_back(uint64_t address) {
    Driver& driver = Driver::instance();
    std::lock_guard<std::recursive_mutex> lock(driver.mutex);
    driver.memory_at(address).release(address);
}

void check_range(const std::string& what, const void* pointer, uint64_t bytes, uint64_t alignment) {
    Driver& driver = Driver::instance();
    std::lock_guard<std::recursive_mutex> lock(driver.mutex);
    uint64_t address = address_of(pointer);
    DeviceMemory& memory = driver.memory();
    const Allocation* found = address < kDeviceBase ? nullptr : memory.find(address);
    if (found == nullptr && address >= kDeviceBase && &driver.memory_at(address) != &memory) {
        throw Fault(kIllegalAddress, format("%s: 0x%lx is memory of another device", what.c_str(), address));
    }
    if (found == nullptr || !found->holds(address, bytes)) {
        std::string end = found == nullptr ? "" : format("; %lu bytes are left there", found->end() - address);
        throw Fault(kIllegalAddress, format("%s: %lu bytes at 0x%lx are out of bounds, which is %s%s", what.c_str(),
                                            bytes, address, memory.describe(address).c_str(), end.c_str()));
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
