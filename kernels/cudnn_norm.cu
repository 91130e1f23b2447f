// What cuDNN's batch normalisation with given statistics lacks of batch renormalisation (Ioffe 2017): its factors, the
// ReLU, and the way back from its gradients. Statistics (4, C) have rows mu_B, sigma_B, r, d.
//
//   norm_coefficients    scale = gamma r, variance = sigma_B^2, shift = gamma d + beta, inverse = 1 / sigma_B: with
//                        epsilon 0 cuDNN gives scale (x - mu_B) / sqrt(variance) + shift
//   norm_gradients       from cuDNN's dscale = sum(dy xbar) and dshift = sum dy: dgamma = r dscale + d dshift,
//                        dbeta = dshift; added to what is there where accumulate is 1
//   relu                 y = max(y, 0)
//   relu_gradient        dx = dy where y > 0, else 0
//
// Layout, float32: (C) each, but for statistics (4, C); relu and relu_gradient n elements of any layout, dx may be y.
// Grid: norm_coefficients, norm_gradients any, grid-stride; relu, relu_gradient `chunks`. Workspace: none.
// Launched by lobule.device.cuda.norm.CudnnNorm, CudnnBatchRenorm, CudnnBatchRenormBackward.
#include "rows.cuh"

extern "C" __global__ void __launch_bounds__(BLOCK)
norm_coefficients(float* scale, float* variance, float* shift, float* inverse, const float* statistics,
                  const float* gamma, const float* beta, long long channels) {
    for (long long c = grid_thread(); c < channels; c += grid_threads()) {
        float deviation = statistics[channels + c];
        scale[c] = gamma[c] * statistics[2 * channels + c];
        variance[c] = deviation * deviation;
        shift[c] = fused_multiply_add(gamma[c], statistics[3 * channels + c], beta[c]);
        inverse[c] = 1.0f / deviation;
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
norm_gradients(float* dgamma, float* dbeta, const float* dscale, const float* dshift, const float* statistics,
               long long channels, long long accumulate) {
    for (long long c = grid_thread(); c < channels; c += grid_threads()) {
        float gradient = fused_multiply_add(statistics[3 * channels + c], dshift[c],
                                            statistics[2 * channels + c] * dscale[c]);
        dgamma[c] = accumulate ? dgamma[c] + gradient : gradient;
        dbeta[c] = accumulate ? dbeta[c] + dshift[c] : dshift[c];
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK) relu(float* y, long long n, long long chunks) {
    for_each_group(block_chunk(n, chunks), n, [&](auto& group) {
        group.each([](int, float& value) { value = value < 0 ? 0.0f : value; });  // NaN passes
        group.store(y);
    }, y);
}

extern "C" __global__ void __launch_bounds__(BLOCK)
relu_gradient(float* dx, const float* y, const float* dy, long long n, long long chunks) {
    for_each_group(block_chunk(n, chunks), n, [&](auto& group) {
        group.each([](int, float output, float& gradient) { gradient = output > 0 ? gradient : 0.0f; });
        group.store(dx, 1);
    }, y, dy);
}
