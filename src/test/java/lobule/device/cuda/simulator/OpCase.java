package lobule.device.cuda.simulator;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.Kernel;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.device.Tensor;
import lobule.op.Op;
import lobule.tensor.DType;
import lobule.tensor.TensorSpec;

/** An op with operands of which only the shapes matter. */
record OpCase(Op op, List<TensorSpec> inputs, List<TensorSpec> states) {
    /** Prepares and runs the op once, on operands that follow each other in one buffer. */
    void run(Device device) {
        List<TensorSpec> outputs = op.outputs(inputs, states);
        List<TensorSpec> all = Stream.of(inputs, states, outputs).flatMap(List::stream).toList();
        long bytes = all.stream().mapToLong(spec -> Buffer.aligned(spec.bytes())).sum();
        try (Kernel kernel = device.prepare(op, inputs, states, outputs);
                Buffer buffer = device.allocate(bytes + Math.max(kernel.workspaceBytes(), 1));
                Arena arena = Arena.ofConfined()) {
            List<Tensor> tensors = new ArrayList<>();
            long offset = 0;
            for (TensorSpec spec : all) {
                Tensor tensor = new Tensor(buffer, offset, spec);
                if (tensors.size() < inputs.size() + states.size()) {
                    device.upload(values(arena, spec), tensor);
                }
                tensors.add(tensor);
                offset += Buffer.aligned(spec.bytes());
            }
            int firstOutput = inputs.size() + states.size();
            kernel.bind(new Operands(tensors.subList(0, inputs.size()), tensors.subList(inputs.size(), firstOutput),
                    tensors.subList(firstOutput, all.size()), buffer, offset)).run(new Step());
            device.synchronize();
        }
    }

    /** Positive numbers without order, so that they may be deviations and sums; labels and flags are 0 or 1. */
    private static MemorySegment values(Arena arena, TensorSpec spec) {
        MemorySegment values = arena.allocate(spec.bytes(), Double.BYTES);
        for (long i = 0; i < spec.shape().elements(); i++) {
            long number = i * 7919 % 1009;
            switch (spec.type()) {
                case FLOAT32 -> values.setAtIndex(ValueLayout.JAVA_FLOAT, i, 0.5f + number / 1009f);
                case FLOAT64 -> values.setAtIndex(ValueLayout.JAVA_DOUBLE, i, 0.5 + number / 1009.0);
                case UINT8 -> values.set(ValueLayout.JAVA_BYTE, i, (byte) (number % 2));
            }
        }
        return values;
    }

    static TensorSpec row(long... sizes) {
        return TensorSpec.rowMajor(sizes);
    }

    static TensorSpec row(DType type, long... sizes) {
        return TensorSpec.rowMajor(type, sizes);
    }
}
