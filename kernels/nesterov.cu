// One step of gradient descent with Nesterov momentum: v = momentum v + g, parameter -= rate (g + momentum v), with g
// the gradient times gradient_scale, scaled down where the norm of all gradients exceeds clip_norm. Where that norm is
// not finite nothing is updated. Op: lobule.op.NesterovMomentum.
//
// Layout: all but norm (1) have n float32 elements in any one layout. Grid: any, grid-stride. Workspace: none.
// Launched by lobule.device.cuda.update.CudaNesterovMomentum.
#include "clipping.cuh"

extern "C" __global__ void __launch_bounds__(BLOCK)
nesterov(float* parameter, float* velocity, const float* gradient, const float* norm, long long n, double rate,
         double momentum, double clip_norm, double gradient_scale) {
    if (!is_finite(*norm)) {
        return;
    }
    float factor = clipped_scale(*norm, clip_norm, gradient_scale);
    for (long long i = grid_thread(); i < n; i += grid_threads()) {
        float g = gradient[i] * factor;
        float v = fused_multiply_add((float) momentum, velocity[i], g);
        velocity[i] = v;
        parameter[i] -= (float) rate * fused_multiply_add((float) momentum, v, g);
    }
}
