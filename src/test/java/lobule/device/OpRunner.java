package lobule.device;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import lobule.op.Op;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Assertions;

/**
 * Runs one op on a device with guarded operands, twice: guards and inputs must be untouched, and both runs equal bit
 * for bit.
 */
final class OpRunner {
    private final Device device;

    OpRunner(Device device) {
        this.device = device;
    }

    /** Outputs and updated states after a run. */
    record Result(List<HostArray> outputs, List<HostArray> states) {
        HostArray output() {
            return outputs.getFirst();
        }

        HostArray output(int index) {
            return outputs.get(index);
        }

        HostArray state(int index) {
            return states.get(index);
        }
    }

    Result run(Op op, List<HostArray> inputs, List<HostArray> states, Step step) {
        List<TensorSpec> inputSpecs = specs(inputs);
        List<TensorSpec> stateSpecs = specs(states);
        List<TensorSpec> outputSpecs = op.outputs(inputSpecs, stateSpecs);
        try (Kernel kernel = device.prepare(op, inputSpecs, stateSpecs, outputSpecs);
                GuardedMemory memory = new GuardedMemory(device)) {
            List<Long> inputOffsets = reserve(memory, "input", inputSpecs, false);
            List<Long> stateOffsets = reserve(memory, "state", stateSpecs, true);
            List<Long> outputOffsets = reserve(memory, "output", outputSpecs, true);
            long workspace = memory.reserveScratch("workspace", kernel.workspaceBytes());
            Buffer buffer = memory.allocate();
            Operands operands = new Operands(tensors(buffer, inputOffsets, inputSpecs),
                    tensors(buffer, stateOffsets, stateSpecs), tensors(buffer, outputOffsets, outputSpecs), buffer,
                    workspace);
            upload(inputs, operands.inputs());
            return runTwice(kernel.bind(operands), operands, states, step, memory);
        }
    }

    private Result runTwice(Launch launch, Operands operands, List<HostArray> states, Step step, GuardedMemory memory) {
        upload(states, operands.states());
        MemorySegment before = memory.contents();
        Result first = run(launch, operands, step);
        memory.requireUntouched(before);
        upload(states, operands.states());
        Result second = run(launch, operands, step);
        memory.requireUntouched(before);
        requireSame(first.outputs(), second.outputs());
        requireSame(first.states(), second.states());
        return first;
    }

    private Result run(Launch launch, Operands operands, Step step) {
        launch.run(step);
        device.synchronize();
        return new Result(download(operands.outputs()), download(operands.states()));
    }

    private static void requireSame(List<HostArray> first, List<HostArray> second) {
        for (int i = 0; i < first.size(); i++) {
            Assertions.assertArrayEquals(first.get(i).values(), second.get(i).values(), "second run of a launch");
        }
    }

    private static List<TensorSpec> specs(List<HostArray> arrays) {
        return arrays.stream().map(HostArray::spec).toList();
    }

    private static List<Long> reserve(GuardedMemory memory, String kind, List<TensorSpec> specs, boolean writable) {
        List<Long> offsets = new ArrayList<>();
        for (TensorSpec spec : specs) {
            offsets.add(memory.reserve(kind + " " + offsets.size(), spec.bytes(), writable));
        }
        return offsets;
    }

    private static List<Tensor> tensors(Buffer buffer, List<Long> offsets, List<TensorSpec> specs) {
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < specs.size(); i++) {
            tensors.add(new Tensor(buffer, offsets.get(i), specs.get(i)));
        }
        return tensors;
    }

    private void upload(List<HostArray> arrays, List<Tensor> tensors) {
        for (int i = 0; i < arrays.size(); i++) {
            device.upload(arrays.get(i).bytes(), tensors.get(i));
        }
    }

    private List<HostArray> download(List<Tensor> tensors) {
        return tensors.stream().map(tensor -> HostArray.download(device, tensor)).toList();
    }
}
