// A convolution's three passes: their checked geometry, algorithms and loops.
#pragma once
#include "cudnn.h"

namespace simgpu::cudnn {

enum class Pass { Forward, BackwardData, BackwardFilter };

enum Math { kDefaultMath = 0, kFmaMath = 3 };
// Whether tensor cores of this GPU round factors to TF32 under a math type: all but FMA allow it.
bool rounds_factors(int math);

// Descriptors that agree with each other, with all spatial lists of length three.
struct Geometry {
    TensorDescriptor x, y;
    FilterDescriptor w;
    std::array<int64_t, 3> pad, stride, dilation, kernel, in, out;
    int64_t images, channels, outputs, groups;
    bool flipped;
    int math;
    size_t spatial_dims;

    Geometry(const void* x, const void* w, const void* convolution, const void* y);
    int64_t taps() const { return kernel[0] * kernel[1] * kernel[2]; }
    int64_t group_channels() const { return channels / groups; }
    int64_t group_outputs() const { return outputs / groups; }
    // Of a tap (kd, kh, kw) in memory; a true convolution has its filter flipped.
    int64_t tap(int64_t d, int64_t h, int64_t w) const;
    double flops() const;
    Geometry with_math(int type) const {
        Geometry same = *this;
        same.math = type;
        return same;
    }
};

// Sizes of the output of a convolution, N and K included.
std::vector<int64_t> output_dims(const TensorDescriptor& x, const FilterDescriptor& w, const ConvolutionDescriptor& c);

// Under the geometry's math type; refused where the algorithm does not do this convolution.
uint64_t workspace_bytes(Pass pass, int algorithm, const Geometry& geometry);
// Names what is loaded at the algorithm's first use.
std::string algorithm_code(Pass pass, int algorithm, const Geometry& geometry);

// Whether it multiplies transformed factors: Winograd and FFT.
bool transforms(Pass pass, int algorithm);

// What the environment plants.
namespace planted {
// Of an algorithm while Find tries it, by SIMGPU_FIND_FAILS; kSuccess where none is planted.
int find_status(Pass pass, int algorithm);
// Refuses a Find that is to fail as a whole.
void find(Pass pass);
// SIMGPU_WRONG and SIMGPU_ROUNDING, on a result whose sums have so many terms.
void spoil(const Geometry& geometry, Pass pass, int algorithm, float* result, uint64_t count, double terms);
}  // namespace planted

// The filter is (K, C/groups, taps), contiguous.
void convolve_forward(const Geometry& g, const View& x, const float* w, const View& y, const Blend& blend);
void convolve_backward_data(const Geometry& g, const float* w, const View& dy, const View& dx, const Blend& blend);
void convolve_backward_filter(const Geometry& g, const View& x, const View& dy, float* dw, const Blend& blend);

}  // namespace simgpu::cudnn
