// The driver's state: its devices, and contexts with their streams, events and modules, under one lock.
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

struct Context;

struct Stream {
    Context* context = nullptr;
    bool blocking = true;  // ordered against the default stream
    std::deque<std::function<void()>> queue;
    bool draining = false;
};

struct Event {
    Context* context = nullptr;
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
    Context* context = nullptr;
    std::vector<Kernel> kernels;
    std::map<std::string, uint64_t> variables;
    std::map<std::string, uint64_t> variable_bytes;
    std::map<std::string, std::unique_ptr<FunctionHandle>> functions;
};

struct Context {
    int device = 0;
    bool primary = false;
    unsigned flags = 0;
    Stream default_stream;
    // What the driver and the libraries took for themselves, and what of the libraries' code is there.
    std::vector<uint64_t> overhead;
    std::set<std::string> code;
};

struct Device {
    std::unique_ptr<DeviceMemory> memory;
    Context primary;        // its handle stays the same from one life to the next
    unsigned uses = 0;      // times that the program retains it
    bool kept = false;      // by the CUDA runtime, which libraries beside the driver use and which never lets go
};

class Driver {
public:
    static Driver& instance();

    void initialise();
    bool initialised() const { return !devices.empty(); }
    // Of the device that executes, or else that of the current context.
    DeviceMemory& memory();
    // Of the device that the address belongs to; the first one's where it belongs to none.
    DeviceMemory& memory_at(uint64_t address);

    // Runs f under the lock and turns what it throws into a CUresult.
    int call(const char* name, bool needs_context, const std::function<void()>& f);

    Context* current() const;
    void require_live(const Context* context) const;
    void make_live(Context* context, int device);
    // What of it is still there is told, and goes with it.
    void end(Context* context);
    // For every context that is left when the process ends.
    void report_leaks();
    void report_leaks(const Context* context);

    // The null handle is the current context's default stream.
    Stream& stream(void* handle);
    // The same for work that only a stream of the current context takes.
    Stream& own_stream(void* handle);
    Event& event(void* handle);
    void enqueue(Stream& stream, std::function<void()> work);
    void drain(Stream& stream);
    // Until the given record of the event was executed.
    void drain_until(Event& event, uint64_t record);
    // What a call without a stream waits for: the default stream and those ordered against it.
    void drain_blocking(Context* context);
    void drain_all();

    std::vector<std::unique_ptr<Device>> devices;
    std::set<Context*> contexts;  // the live ones
    std::map<Context*, std::unique_ptr<Context>> created;  // those that are no device's primary one
    std::map<void*, std::unique_ptr<Stream>> streams;
    std::map<void*, std::unique_ptr<Event>> events;
    std::map<void*, std::unique_ptr<Module>> modules;
    std::set<void*> functions;
    std::map<void*, uint64_t> pinned;  // host memory, of no context

    std::recursive_mutex mutex;

private:
    Driver() = default;
    void step(Stream& stream);
    void forget(Context* context);

    Context* executing_ = nullptr;
    bool lazy_ = false;
};

// The context stack of the calling thread.
std::vector<Context*>& context_stack();

// What the driver and the libraries take of the memory for themselves: at the creation of a context, at the first use of
// a kernel of theirs, and at the first product of matrices without a workspace of the program's.
struct LibraryMemory {
    uint64_t context = 0, code = 0, product = 0;
};
// As SIMGPU_LIBRARY_MEMORY says; nothing without it.
const LibraryMemory& library_memory();

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
