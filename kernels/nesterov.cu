// One step of gradient descent with Nesterov momentum: v = momentum v + g, parameter -= rate (g + momentum v), with g
// the gradient times gradient_scale, scaled down where the norm of all gradients exceeds clip_norm. Where that norm is
// not finite nothing is updated. Op: lobule.op.NesterovMomentum.
//
// Layout: a row of the table has parameter, velocity and gradient; norm (1) float32.
// Grid: the chunks of all parameters. Workspace: none. Launched by lobule.device.cuda.update.CudaNesterovMomentum.
#include "clipping.cuh"
#include "rows.cuh"
#include "tables.cuh"

extern "C" __global__ void __launch_bounds__(BLOCK)
nesterov(const TableRow* table, long long rows, const float* norm, double rate, double momentum, double clip_norm,
         double gradient_scale) {
    if (!is_finite(*norm)) {
        return;
    }
    float factor = clipped_scale(*norm, clip_norm, gradient_scale);
    TableChunk part = table_chunk(table, rows);
    float* const* tensors = part.row.tensors;
    for_each_group(part.chunk, part.row.elements, [&](auto& group) {
        group.each([&](int, float& parameter, float& velocity, float gradient) {
            float g = gradient * factor;
            velocity = fused_multiply_add((float) momentum, velocity, g);
            parameter -= (float) rate * fused_multiply_add((float) momentum, velocity, g);
        });
        group.store(tensors[0], 0);
        group.store(tensors[1], 1);
    }, tensors[0], tensors[1], tensors[2]);
}
