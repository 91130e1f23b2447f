package lobule.verification;

import java.util.List;
import java.util.function.BiPredicate;
import lobule.device.Device;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.device.WrappedDevice;
import lobule.op.Op;
import lobule.tensor.TensorSpec;

/** A device with a planted fault: where the predicate says so, by op and states, the fault replaces the launch. */
public record FaultyDevice(Device device, BiPredicate<Op, List<TensorSpec>> where, Fault fault)
        implements WrappedDevice {

    /** May run the right launch, and spoil what it reads or writes. */
    @FunctionalInterface
    public interface Fault {
        void run(Launch right, Operands operands, Step step);
    }

    @Override
    public Kernel prepare(Op op, List<TensorSpec> inputs, List<TensorSpec> states, List<TensorSpec> outputs) {
        Kernel right = device.prepare(op, inputs, states, outputs);
        if (!where.test(op, states)) {
            return right;
        }
        return new Kernel() {
            @Override
            public long workspaceBytes() {
                return right.workspaceBytes();
            }

            @Override
            public Launch bind(Operands operands) {
                Launch launch = right.bind(operands);
                return step -> fault.run(launch, operands, step);
            }

            @Override
            public void close() {
                right.close();
            }
        };
    }
}
