// Faults and errors that the environment plants into algorithms.
#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>

#include "cudnn_convolution.h"

namespace simgpu::cudnn::planted {
namespace {

const char* name(Pass pass) {
    return pass == Pass::Forward ? "forward" : pass == Pass::BackwardData ? "data" : "filter";
}

// Statuses planted by SIMGPU_FIND_FAILS=forward:1:ALLOC_FAILED,filter:EXECUTION_FAILED, by all before the last colon.
std::map<std::string, int> find_failures() {
    static const std::map<std::string, int> statuses = {
        {"ALLOC_FAILED", kAllocFailed}, {"INTERNAL", kInternal}, {"EXECUTION_FAILED", kExecutionFailed}};
    std::map<std::string, int> planted;
    const char* text = std::getenv("SIMGPU_FIND_FAILS");
    std::istringstream all(text == nullptr ? "" : text);
    for (std::string one; std::getline(all, one, ',');) {
        size_t colon = one.rfind(':');
        auto status = statuses.find(colon == std::string::npos ? "" : one.substr(colon + 1));
        if (status == statuses.end()) refuse("SIMGPU_FIND_FAILS has the form forward:1:ALLOC_FAILED,filter:INTERNAL");
        planted[one.substr(0, colon)] = status->second;
    }
    return planted;
}

int failure(const std::string& what) {
    std::map<std::string, int> planted = find_failures();
    auto found = planted.find(what);
    return found == planted.end() ? kSuccess : found->second;
}

// SIMGPU_WRONG=forward:1: that algorithm is one per cent off in the last eighth of its result, as libraries have been
// on large volumes; with forward:1:tf32 only where it rounds its factors.
bool is_wrong(const Geometry& g, Pass pass, int algorithm) {
    const char* planted = std::getenv("SIMGPU_WRONG");
    std::string one = format("%s:%d", name(pass), algorithm);
    return planted != nullptr && (planted == one || (rounds_factors(g.math) && planted == one + ":tf32"));
}

// Errors three times as large as direct sums may have: of the tensor's size, also at borders, where sums have few terms.
void add_errors_of_transforms(float* result, uint64_t count, double terms) {
    double squares = 0;
    for (uint64_t i = 0; i < count; i++) squares += double(result[i]) * result[i];
    double largest = 24 * (2 + std::sqrt(terms)) * 0x1p-24 * std::sqrt(squares / double(count));
    for (uint64_t i = 0; i < count; i++) {
        double share = double(i * 0x9E3779B97F4A7C15u >> 40) * 0x1p-23 - 1;
        result[i] = static_cast<float>(result[i] + share * largest);
    }
}

}  // namespace

int find_status(Pass pass, int algorithm) { return failure(format("%s:%d", name(pass), algorithm)); }

void find(Pass pass) {
    int status = failure(name(pass));
    if (status != kSuccess) throw Refusal{static_cast<Status>(status), "it fails, as planted"};
}

void spoil(const Geometry& g, Pass pass, int algorithm, float* result, uint64_t count, double terms) {
    const char* rounding = std::getenv("SIMGPU_ROUNDING");
    if (rounding != nullptr && std::string(rounding) == "transforms" && transforms(pass, algorithm)) {
        add_errors_of_transforms(result, count, terms);
    }
    if (!is_wrong(g, pass, algorithm)) return;
    for (uint64_t i = count - (count + 7) / 8; i < count; i++) result[i] *= 1.01f;
}

}  // namespace simgpu::cudnn::planted
