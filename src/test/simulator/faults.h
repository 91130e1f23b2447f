// Faults of the program under test: told on stderr at once, sticky for the driver, and the process cannot end well.
#pragma once
#include <stdexcept>
#include <string>

// The other libraries use what this one holds.
#pragma GCC visibility push(default)

namespace simgpu {

// Numbers of the driver API's CUresult.
enum Code : int {
    kSuccess = 0, kInvalidValue = 1, kOutOfMemory = 2, kNotInitialized = 3, kNoDevice = 100, kInvalidDevice = 101,
    kInvalidImage = 200, kInvalidContext = 201, kInvalidPtx = 218, kInvalidHandle = 400, kNotFound = 500,
    kNotReady = 600, kIllegalAddress = 700, kLaunchOutOfResources = 701, kContextIsDestroyed = 709,
    kMisalignedAddress = 716, kLaunchFailed = 719, kNotSupported = 801, kUnknown = 999
};

class Fault : public std::runtime_error {
public:
    Fault(Code code, const std::string& message) : std::runtime_error(message), code(code) {}
    const Code code;
};

std::string format(const char* pattern, ...) __attribute__((format(printf, 1, 2)));

// Every driver call answers with this error from now on, and the process's exit status will be kFaultExit.
void report(const Fault& fault);

// A fault that breaks nothing that runs later (a leak): told, and the process's exit status will be kFaultExit.
void complain(const std::string& message);

// What a wrong argument was; the call answers with an error, and the caller may well have expected it.
void explain(const std::string& message);

// Written only when SIMGPU_LOG is set: to stderr, or to the file it names if it has a slash.
void log(const std::string& message);
bool logging();

Code sticky();
bool faulted();
constexpr int kFaultExit = 86;

}  // namespace simgpu

#pragma GCC visibility pop
