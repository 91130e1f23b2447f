#include "faults.h"

#include <atomic>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace simgpu {
namespace {

std::atomic<int> sticky_code{kSuccess};
std::atomic<bool> any_fault{false};

FILE* open_log() {
    const char* target = std::getenv("SIMGPU_LOG");
    if (target == nullptr || *target == '\0') return nullptr;
    return std::strchr(target, '/') == nullptr ? stderr : std::fopen(target, "a");
}

FILE* log_file() {
    static FILE* const file = open_log();
    return file;
}

void tell(const char* kind, const std::string& message) {
    std::fprintf(stderr, "simulated GPU: %s%s\n", kind, message.c_str());
    std::fflush(stderr);
    if (log_file() != nullptr && log_file() != stderr) log(kind + message);
}

}  // namespace

std::string format(const char* pattern, ...) {
    va_list arguments, again;
    va_start(arguments, pattern);
    va_copy(again, arguments);
    std::vector<char> text(static_cast<size_t>(std::vsnprintf(nullptr, 0, pattern, arguments)) + 1);
    std::vsnprintf(text.data(), text.size(), pattern, again);
    va_end(again);
    va_end(arguments);
    return text.data();
}

void report(const Fault& fault) {
    any_fault = true;
    int none = kSuccess;
    sticky_code.compare_exchange_strong(none, fault.code);
    tell("FAULT: ", fault.what());
}

void complain(const std::string& message) {
    any_fault = true;
    tell("FAULT: ", message);
}

void explain(const std::string& message) { tell("", message); }

bool logging() { return log_file() != nullptr; }

void log(const std::string& message) {
    if (!logging()) return;
    std::fprintf(log_file(), "simgpu %s\n", message.c_str());
    std::fflush(log_file());
}

Code sticky() { return static_cast<Code>(sticky_code.load()); }
bool faulted() { return any_fault; }

}  // namespace simgpu
