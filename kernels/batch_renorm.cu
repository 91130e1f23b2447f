// Batch renormalisation (Ioffe 2017) a channel: statistics of a batch and update of the running ones, normalisation
// with ReLU, and the gradient. Ops: lobule.op.BatchRenormStatistics, RunningStatistics, BatchRenorm,
// BatchRenormBackward.
//
//   statistics  mu_B, sigma_B = sqrt(var_B + epsilon), r = clip(sigma_B / sigma, 1/r_max, r_max),
//               d = clip((mu_B - mu) / sigma, -d_max, d_max); mu += momentum (mu_B - mu), sigma likewise; where flag is
//               0 mu and sigma are taken from the batch first
//   apply       y = gamma ((x - mu_B) / sigma_B r + d) + beta, with relu max(y, 0)
//   backward    with M values a channel and dy 0 where relu cut y off: dbeta = sum dy,
//               dgamma = r sum(dy xbar) + d sum dy, xbar = (x - mu_B) / sigma_B,
//               dx = gamma r / sigma_B (dy - sum dy / M - xbar sum(dy xbar) / M)
//
// Stable for any mean and number of voxels: values relative to the first of their chunk; 16 a thread at a time, their
// mean before their squares; a thread's groups put together by the formula of Chan et al. (1979); all else in double.
//
// Layout: x, y, dy, dx (N, C, V) float32; statistics (4, C) float32, rows mu_B, sigma_B, r, d; the rest (C) float32,
// flag one byte. y may be x, dx may be dy or x.
// Grid: statistics_partial, renorm_apply, renorm_backward_partial, renorm_backward_apply  N * C * chunks;
//       statistics_finish, renorm_backward_finish  C; running_statistics any; statistics_initialised one block.
// Workspace: partial (2, N * C * chunks) double, written by ..._partial and read by ..._finish; means (2, C) float of
// the backward pass behind it. Launched by lobule.device.cuda.norm.CudaBatchRenormStatistics, CudaRunningStatistics,
// CudaBatchRenorm, CudaBatchRenormBackward, in the order of the kernels here.
#include "norm.cuh"

// Count, mean and sum of squared deviations from it.
template <class Real> struct Moments {
    Real count;
    Real mean;
    Real squares;
};

template <class Real> DEVICE Moments<Real> combine(Moments<Real> a, Moments<Real> b) {
    Real count = a.count + b.count;
    Real share = b.count / count;
    Real difference = b.mean - a.mean;
    return {count, a.mean + difference * share, a.squares + b.squares + difference * difference * a.count * share};
}

// The moments of GROUP values a block apart, relative to the origin; fewer at the end of the chunk.
DEVICE Moments<float> group_moments(const float* x, float origin, long long begin, long long end) {
    float values[GROUP];
    float sum = 0;
    float count = 0;
#pragma unroll
    for (int i = 0; i < GROUP; i++) {
        bool inside = begin + i * BLOCK < end;
        values[i] = inside ? x[begin + i * BLOCK] - origin : 0.0f;
        sum += values[i];
        count += inside ? 1.0f : 0.0f;
    }
    float mean = sum / count;
    float deviations = 0;
    float squares = 0;
#pragma unroll
    for (int i = 0; i < GROUP; i++) {
        float deviation = begin + i * BLOCK < end ? values[i] - mean : 0.0f;
        deviations += deviation;
        squares = fused_multiply_add(deviation, deviation, squares);
    }
    return {count, mean + deviations / count, squares};
}

// Puts the threads' moments together; `count` is the sum of their counts. In every thread.
template <class Real> DEVICE Moments<double> block_moments(Moments<Real> moments, double count) {
    Real centre = block_sum(moments.count * moments.mean) / (Real) count;
    Real offset = moments.count > 0 ? moments.mean - centre : 0;
    double sum = block_sum((double) (moments.count * offset));
    double squares = block_sum((double) (moments.squares + moments.count * offset * offset));
    return {count, centre + sum / count, squares - sum * sum / count};
}

extern "C" __global__ void __launch_bounds__(BLOCK)
statistics_partial(double* partial, const float* x, long long voxels, long long chunks) {
    Chunk chunk = block_chunk(voxels, chunks);
    const float* row = x + chunk.row * voxels;
    float origin = chunk.begin < chunk.end ? row[chunk.begin] : 0.0f;
    Moments<float> moments = {0, 0, 0};
    for (long long i = chunk.begin + threadIdx.x; i < chunk.end; i += GROUP * BLOCK) {
        moments = combine(moments, group_moments(row, origin, i, chunk.end));
    }
    Moments<double> total = block_moments(moments, (double) (chunk.end - chunk.begin));
    if (threadIdx.x == 0) {
        partial[blockIdx.x] = origin + total.mean;
        partial[gridDim.x + blockIdx.x] = total.squares;
    }
}

// Lets NaN through.
DEVICE double clip(double value, double low, double high) { return value < low ? low : value > high ? high : value; }

extern "C" __global__ void __launch_bounds__(BLOCK)
statistics_finish(float* statistics, float* running_mean, float* running_deviation, const unsigned char* flag,
                  const double* partial, long long batch, long long channels, long long voxels, long long chunks,
                  double epsilon, double momentum, double r_max, double d_max) {
    long long c = blockIdx.x;
    long long partials = batch * channels * chunks;
    Moments<double> moments = {0, 0, 0};
    for (long long i = threadIdx.x; i < batch * chunks; i += BLOCK) {
        long long block = (i / chunks * channels + c) * chunks + i % chunks;
        Chunk chunk = chunk_of(block, voxels, chunks);
        if (chunk.begin < chunk.end) {
            double count = (double) (chunk.end - chunk.begin);
            moments = combine(moments, {count, partial[block], partial[partials + block]});
        }
    }
    Moments<double> total = block_moments(moments, (double) (batch * voxels));
    if (threadIdx.x == 0) {
        double batch_mean = total.mean;
        double variance = total.squares / total.count;
        double batch_deviation = square_root((variance < 0 ? 0 : variance) + epsilon);
        double mean = *flag ? running_mean[c] : batch_mean;
        double deviation = *flag ? running_deviation[c] : batch_deviation;
        statistics[c] = (float) batch_mean;
        statistics[channels + c] = (float) batch_deviation;
        statistics[2 * channels + c] = (float) clip(batch_deviation / deviation, 1 / r_max, r_max);
        statistics[3 * channels + c] = (float) clip((batch_mean - mean) / deviation, -d_max, d_max);
        running_mean[c] = (float) (mean + momentum * (batch_mean - mean));
        running_deviation[c] = (float) (deviation + momentum * (batch_deviation - deviation));
    }
}

// After statistics_finish, whose blocks all read the flag.
extern "C" __global__ void __launch_bounds__(BLOCK) statistics_initialised(unsigned char* flag) {
    if (threadIdx.x == 0) {
        *flag = 1;
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
running_statistics(float* statistics, const float* mean, const float* deviation, long long channels) {
    for (long long c = grid_thread(); c < channels; c += grid_threads()) {
        statistics[c] = mean[c];
        statistics[channels + c] = deviation[c];
        statistics[2 * channels + c] = 1;
        statistics[3 * channels + c] = 0;
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
renorm_apply(float* y, const float* x, const float* statistics, const float* gamma, const float* beta,
             long long channels, long long voxels, long long chunks, long long relu) {
    Chunk chunk = block_chunk(voxels, chunks);
    Norm norm = norm_of(statistics, gamma, beta, channels, chunk.row % channels);
    for (long long i = chunk.row * voxels + chunk.begin + threadIdx.x; i < chunk.row * voxels + chunk.end; i += BLOCK) {
        float output = norm.output(x[i] - norm.mean);
        y[i] = relu ? rectified(output) : output;
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
renorm_backward_partial(double* partial, const float* x, const float* dy, const float* statistics, const float* gamma,
                        const float* beta, long long channels, long long voxels, long long chunks, long long relu) {
    Chunk chunk = block_chunk(voxels, chunks);
    Norm norm = norm_of(statistics, gamma, beta, channels, chunk.row % channels);
    const float* x_row = x + chunk.row * voxels;
    const float* dy_row = dy + chunk.row * voxels;
    GradientSums sums;
    for (long long begin = chunk.begin + threadIdx.x; begin < chunk.end; begin += GROUP * BLOCK) {
#pragma unroll
        for (int i = 0; i < GROUP; i++) {
            long long at = begin + i * BLOCK;
            if (at < chunk.end) {
                float centred = x_row[at] - norm.mean;
                sums.add(norm.gradient(centred, dy_row[at], relu), centred);
            }
        }
        sums.end_group();
    }
    sums.write(partial, blockIdx.x, gridDim.x);
}

// means (2, C): GradientMeans of each channel.
extern "C" __global__ void __launch_bounds__(BLOCK)
renorm_backward_finish(float* dgamma, float* dbeta, float* means, const double* partial, const float* statistics,
                       long long batch, long long channels, long long voxels, long long chunks, long long accumulate) {
    long long c = blockIdx.x;
    double sum = channel_sum(partial, batch, channels, c, chunks);
    double product = channel_sum(partial + batch * channels * chunks, batch, channels, c, chunks);
    if (threadIdx.x == 0) {
        double values = (double) (batch * voxels);
        double deviation = statistics[channels + c];
        double scaled = product / deviation;
        double gamma_gradient = statistics[2 * channels + c] * scaled + statistics[3 * channels + c] * sum;
        dgamma[c] = (float) (accumulate ? dgamma[c] + gamma_gradient : gamma_gradient);
        dbeta[c] = (float) (accumulate ? dbeta[c] + sum : sum);
        means[c] = (float) (sum / values);
        means[channels + c] = (float) (scaled / values / deviation);
    }
}

extern "C" __global__ void __launch_bounds__(BLOCK)
renorm_backward_apply(float* dx, const float* x, const float* dy, const float* statistics, const float* gamma,
                      const float* beta, const float* means, long long channels, long long voxels, long long chunks,
                      long long relu) {
    Chunk chunk = block_chunk(voxels, chunks);
    long long c = chunk.row % channels;
    Norm norm = norm_of(statistics, gamma, beta, channels, c);
    GradientMeans mean = means_of(means, channels, c);
    for (long long i = chunk.row * voxels + chunk.begin + threadIdx.x; i < chunk.row * voxels + chunk.end; i += BLOCK) {
        float centred = x[i] - norm.mean;
        dx[i] = mean.input_gradient(norm, centred, norm.gradient(centred, dy[i], relu));
    }
}
