// One Adam update (Kingma and Ba 2015) at optimiser step t:
//   m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, parameter -= rate m / (sqrt(v second_scale) + epsilon)
// with rate = learning rate / (1 - beta1^t), second_scale = 1 / (1 - beta2^t), and g the gradient times gradient_scale,
// scaled down where the norm of all gradients exceeds clip_norm. Where that norm is not finite nothing is updated.
// Op: lobule.op.Adam.
//
// Layout: all but norm (1) have n float32 elements in any one layout. Grid: any, grid-stride. Workspace: none.
// Launched by lobule.device.cuda.update.CudaAdam.
#include "clipping.cuh"

extern "C" __global__ void __launch_bounds__(BLOCK)
adam(float* parameter, float* first_moment, float* second_moment, const float* gradient, const float* norm, long long n,
     double rate, double second_scale, double beta1, double beta2, double epsilon, double clip_norm,
     double gradient_scale) {
    if (!is_finite(*norm)) {
        return;
    }
    float factor = clipped_scale(*norm, clip_norm, gradient_scale);
    float first_share = (float) (1 - beta1);
    float second_share = (float) (1 - beta2);
    for (long long i = grid_thread(); i < n; i += grid_threads()) {
        float g = gradient[i] * factor;
        float m = fused_multiply_add((float) beta1, first_moment[i], first_share * g);
        float v = fused_multiply_add((float) beta2, second_moment[i], second_share * g * g);
        first_moment[i] = m;
        second_moment[i] = v;
        parameter[i] -= (float) rate * m / (square_root(v * (float) second_scale) + (float) epsilon);
    }
}
