// One Adam update (Kingma and Ba 2015) at optimiser step t:
//   m = beta1 m + (1 - beta1) g, v = beta2 v + (1 - beta2) g^2, parameter -= rate m / (sqrt(v second_scale) + epsilon)
// with rate = learning rate / (1 - beta1^t), second_scale = 1 / (1 - beta2^t), and g the gradient times gradient_scale,
// scaled down where the norm of all gradients exceeds clip_norm. Where that norm is not finite nothing is updated.
// Op: lobule.op.Adam.
//
// Layout: a row of the table has parameter, first and second moment and gradient; norm (1) float32.
// Grid: the chunks of all parameters. Workspace: none. Launched by lobule.device.cuda.update.CudaAdam.
#include "clipping.cuh"
#include "rows.cuh"
#include "tables.cuh"

extern "C" __global__ void __launch_bounds__(BLOCK)
adam(const TableRow* table, long long rows, const float* norm, double rate, double second_scale, double beta1,
     double beta2, double epsilon, double clip_norm, double gradient_scale) {
    if (!is_finite(*norm)) {
        return;
    }
    float factor = clipped_scale(*norm, clip_norm, gradient_scale);
    float first_share = (float) (1 - beta1);
    float second_share = (float) (1 - beta2);
    TableChunk part = table_chunk(table, rows);
    float* const* tensors = part.row.tensors;
    for_each_group(part.chunk, part.row.elements, [&](auto& group) {
        group.each([&](int, float& parameter, float& first_moment, float& second_moment, float gradient) {
            float g = gradient * factor;
            float m = fused_multiply_add((float) beta1, first_moment, first_share * g);
            float v = fused_multiply_add((float) beta2, second_moment, second_share * g * g);
            first_moment = m;
            second_moment = v;
            parameter -= (float) rate * m / (square_root(v * (float) second_scale) + (float) epsilon);
        });
        group.store(tensors[0], 0);
        group.store(tensors[1], 1);
        group.store(tensors[2], 2);
    }, tensors[0], tensors[1], tensors[2], tensors[3]);
}
