package lobule.device;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import lobule.op.Op;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Assertions;

/**
 * Runs one op on a device with guarded operands, twice, and once more in place over each input that allows it: guards
 * and inputs must be untouched, and all runs equal bit for bit.
 */
final class OpRunner {
    private final Device device;

    OpRunner(Device device) {
        this.device = device;
    }

    /** A prepared op and its operands' values. */
    private record Case(Kernel kernel, List<HostArray> inputs, List<HostArray> states, List<TensorSpec> outputs,
                        Step step) {}

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
        try (Kernel kernel = device.prepare(op, inputSpecs, stateSpecs, outputSpecs)) {
            Case test = new Case(kernel, inputs, states, outputSpecs, step);
            Result result = runTwice(test);
            for (int input : op.overwritableInputs()) {
                requireSame("the output in the memory of input " + input, result, runInPlace(test, input));
            }
            return result;
        }
    }

    private Result runTwice(Case test) {
        try (GuardedMemory memory = new GuardedMemory(device)) {
            Operands operands = place(memory, test, OptionalInt.empty());
            Launch launch = test.kernel().bind(operands);
            upload(test.inputs(), operands.inputs());
            Result first = launch(launch, operands, test, memory);
            requireSame("second run of a launch", first, launch(launch, operands, test, memory));
            return first;
        }
    }

    private Result runInPlace(Case test, int input) {
        try (GuardedMemory memory = new GuardedMemory(device)) {
            Operands operands = place(memory, test, OptionalInt.of(input));
            upload(test.inputs(), operands.inputs());
            return launch(test.kernel().bind(operands), operands, test, memory);
        }
    }

    /** @param overwritten the input whose memory the first output is given; empty for memory of its own */
    private static Operands place(GuardedMemory memory, Case test, OptionalInt overwritten) {
        List<TensorSpec> inputSpecs = specs(test.inputs());
        List<TensorSpec> stateSpecs = specs(test.states());
        List<Long> inputs = new ArrayList<>();
        for (int i = 0; i < inputSpecs.size(); i++) {
            boolean writable = overwritten.equals(OptionalInt.of(i));
            inputs.add(memory.reserve("input " + i, inputSpecs.get(i).bytes(), writable));
        }
        List<Long> states = reserve(memory, "state", stateSpecs);
        List<Long> outputs = reserve(memory, "output", test.outputs());
        overwritten.ifPresent(input -> outputs.set(0, inputs.get(input)));
        long workspace = memory.reserveScratch("workspace", test.kernel().workspaceBytes());
        Buffer buffer = memory.allocate();
        return new Operands(tensors(buffer, inputs, inputSpecs), tensors(buffer, states, stateSpecs),
                tensors(buffer, outputs, test.outputs()), buffer, workspace);
    }

    private Result launch(Launch launch, Operands operands, Case test, GuardedMemory memory) {
        upload(test.states(), operands.states());
        MemorySegment before = memory.contents();
        launch.run(test.step());
        device.synchronize();
        Result result = new Result(download(operands.outputs()), download(operands.states()));
        memory.requireUntouched(before);
        return result;
    }

    private static void requireSame(String what, Result expected, Result actual) {
        requireSame(what, expected.outputs(), actual.outputs());
        requireSame(what, expected.states(), actual.states());
    }

    private static void requireSame(String what, List<HostArray> expected, List<HostArray> actual) {
        for (int i = 0; i < expected.size(); i++) {
            Assertions.assertArrayEquals(expected.get(i).values(), actual.get(i).values(), what);
        }
    }

    private static List<TensorSpec> specs(List<HostArray> arrays) {
        return arrays.stream().map(HostArray::spec).toList();
    }

    private static List<Long> reserve(GuardedMemory memory, String kind, List<TensorSpec> specs) {
        List<Long> offsets = new ArrayList<>();
        for (TensorSpec spec : specs) {
            offsets.add(memory.reserve(kind + " " + offsets.size(), spec.bytes(), true));
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
