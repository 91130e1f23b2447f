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
// Stable for any mean and number of voxels: values relative to the first of their chunk; a thread's group at a time,
// their mean before their squares; its groups put together by the formula of Chan et al. (1979); all else in double.
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

// The moments of a group's values relative to the origin.
template <class Group> DEVICE Moments<float> group_moments(Group& group, float origin) {
    float sum = 0;
    float count = 0;
    group.each([&](int, float& value) {
        value -= origin;
        sum += value;
        count += 1;
    });
    float mean = sum / count;
    float deviations = 0;
    float squares = 0;
    group.each([&](int, float value) {
        float deviation = value - mean;
        deviations += deviation;
        squares = fused_multiply_add(deviation, deviation, squares);
    });
    return {count, mean + deviations / count, squares};
}

// Puts the threads' moments together; `count` is the sum of their counts. In thread 0.
template <class Real> DEVICE Moments<double> block_moments(Moments<Real> moments, double count) {
    Real centre = block_sum_everywhere(moments.count * moments.mean) / (Real) count;
    Real offset = moments.count > 0 ? moments.mean - centre : 0;
    double sums[] = {moments.count * offset, moments.squares + moments.count * offset * offset};
    block_sums(sums);
    return {count, centre + sums[0] / count, sums[1] - sums[0] * sums[0] / count};
}

extern "C" __global__ void __launch_bounds__(BLOCK)
statistics_partial(double* partial, const float* x, long long voxels, long long chunks) {
    Chunk chunk = block_chunk(voxels, chunks);
    float origin = chunk.begin < chunk.end ? x[chunk.row * voxels + chunk.begin] : 0.0f;
    Moments<float> moments = {0, 0, 0};
    for_each_group(chunk, voxels, [&](auto& group) { moments = combine(moments, group_moments(group, origin)); }, x);
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
    for_each_group(chunk, voxels, [&](auto& group) {
        group.each([&](int, float& value) {
            float output = norm.output(value - norm.mean);
            value = relu ? rectified(output) : output;
        });
        group.store(y);
    }, x);
}

extern "C" __global__ void __launch_bounds__(BLOCK, RESIDENT_BLOCKS)
renorm_backward_partial(double* partial, const float* x, const float* dy, const float* statistics, const float* gamma,
                        const float* beta, long long channels, long long voxels, long long chunks, long long relu) {
    Chunk chunk = block_chunk(voxels, chunks);
    Norm norm = norm_of(statistics, gamma, beta, channels, chunk.row % channels);
    GradientSums sums;
    for_each_group(chunk, voxels, [&](auto& group) {
        group.each([&](int, float value, float gradient) {
            float centred = value - norm.mean;
            sums.add(norm.gradient(centred, gradient, relu), centred);
        });
        sums.end_group();
    }, x, dy);
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

extern "C" __global__ void __launch_bounds__(BLOCK, RESIDENT_BLOCKS)
renorm_backward_apply(float* dx, const float* x, const float* dy, const float* statistics, const float* gamma,
                      const float* beta, const float* means, long long channels, long long voxels, long long chunks,
                      long long relu) {
    Chunk chunk = block_chunk(voxels, chunks);
    long long c = chunk.row % channels;
    Norm norm = norm_of(statistics, gamma, beta, channels, c);
    GradientMeans mean = means_of(means, channels, c);
    for_each_group(chunk, voxels, [&](auto& group) {
        group.each([&](int, float& value, float gradient) {
            float centred = value - norm.mean;
            value = mean.input_gradient(norm, centred, norm.gradient(centred, gradient, relu));
        });
        group.store(dx);
    }, x, dy);
}
