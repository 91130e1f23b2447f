package lobule.device.cuda.update;

import java.util.ArrayList;
import java.util.List;
import lobule.device.Kernel;
import lobule.device.Operands;
import lobule.device.Tensor;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.Staging;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.tensor.TensorSpec;

/** An optimiser's update of all parameters in one launch. */
abstract class CudaUpdate implements Kernel {
    private final Kernels kernels;
    private final int states;
    private final TensorTable table;

    /**
     * @param inputs the gradients and their norm
     * @param states of each parameter
     */
    CudaUpdate(CudaContext context, Staging staging, Kernels kernels, List<TensorSpec> inputs, int states) {
        this.kernels = kernels;
        this.states = states;
        this.table = new TensorTable(context, staging, inputs.subList(0, inputs.size() - 1));
    }

    @Override
    public final long heldBytes() {
        return table.bytes();
    }

    /** Starts the arguments of a kernel: the table, whose rows are states and gradient, and the norm. */
    final KernelCall.Builder start(String function, Operands operands) {
        List<List<Tensor>> rows = new ArrayList<>();
        for (Operands parameter : operands.ofEachParameter(states)) {
            List<Tensor> row = new ArrayList<>(parameter.states());
            row.add(parameter.input(0));
            rows.add(row);
        }
        table.write(rows);
        return kernels.call(function, function).pointers(table.pointer()).sizes(table.rows())
                .pointers(DeviceBuffer.pointer(operands.inputs().getLast()));
    }

    final long blocks() {
        return table.chunks();
    }

    @Override
    public final void close() {
        table.close();
    }
}
