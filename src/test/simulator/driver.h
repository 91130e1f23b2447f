// The driver's state: one device, its contexts, streams, events and modules, under one lock.
#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "device_memory.h"
#include "faults.h"
#include "kernel.h"

#define SIMGPU_EXPORT extern "C" __attribute__((visibility("default")))

namespace simgpu {

// An answer other than success that the program may handle: nothing is broken.
struct Refusal {
    Code code;
    std::string why;
};

struct Stream {
    bool blocking = true;  // ordered against the default stream
    std::deque<std::function<void()>> queue;
    bool draining = false;
};

struct Event {
    bool timed = true;
    Stream* stream = nullptr;    // where it was recorded last
    uint64_t recorded = 0;       // count of records
    uint64_t reached = 0;        // the record that was executed last
    std::chrono::steady_clock::time_point time;
};

struct Module;
struct FunctionHandle {
    Module* module;
    const Kernel* kernel;
};

struct Module {
    std::vector<Kernel> kernels;
    std::map<std::string, uint64_t> variables;
    std::map<std::string, uint64_t> variable_bytes;
    std::map<std::string, std::unique_ptr<FunctionHandle>> functions;
};

struct Context {
    bool primary = false;
    unsigned flags = 0;
};

class Driver {
public:
    static Driver& instance();

    void initialise();
    bool initialised() const { return memory_ != nullptr; }
    DeviceMemory& memory() { return *memory_; }

    // Runs f under the lock and turns what it throws into a CUresult.
    int call(const char* name, bool needs_context, const std::function<void()>& f);

    Context* current() const;
    void require_live(const Context* context) const;
    // Tells what is still there when the last context goes, or the process ends.
    void report_leaks();
    // What a context takes with it.
    void forget_everything();

    // The null handle is the default stream.
    Stream& stream(void* handle);
    Event& event(void* handle);
    void enqueue(Stream& stream, std::function<void()> work);
    void drain(Stream& stream);
    // Until the given record of the event was executed.
    void drain_until(Event& event, uint64_t record);
    // What a call without a stream waits for: the default stream and those ordered against it.
    void drain_blocking();
    void drain_all();

    Stream& default_stream() { return default_stream_; }

    std::map<Context*, std::unique_ptr<Context>> contexts;
    Context* primary = nullptr;
    unsigned primary_uses = 0;
    unsigned primary_flags = 0;
    std::map<void*, std::unique_ptr<Stream>> streams;
    std::map<void*, std::unique_ptr<Event>> events;
    std::map<void*, std::unique_ptr<Module>> modules;
    std::set<void*> functions;
    std::map<void*, uint64_t> pinned;

    std::recursive_mutex mutex;

private:
    Driver() = default;
    void step(Stream& stream);

    std::unique_ptr<DeviceMemory> memory_;
    Stream default_stream_;
    bool lazy_ = false;
};

// The context stack of the calling thread.
std::vector<Context*>& context_stack();

// "8GiB", "512MiB", plain bytes; throws Refusal on anything else.
uint64_t parse_bytes(const std::string& text);
std::string environment(const char* name, const char* otherwise);

inline int driver_call(const char* name, const std::function<void()>& f) {
    return Driver::instance().call(name, true, f);
}
template <class T>
void require_pointer(T* pointer, const char* what) {
    if (pointer == nullptr) throw Refusal{kInvalidValue, std::string(what) + " is a null pointer"};
}

}  // namespace simgpu
