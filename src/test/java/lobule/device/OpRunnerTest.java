package lobule.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Consumer;
import lobule.device.reference.ReferenceDevice;
import lobule.op.Add;
import lobule.op.Op;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;

/** The checks that every suite relies on are seen to fail on kernels with planted faults. */
class OpRunnerTest {
    private static final HostArray A = HostArray.of(TensorSpec.rowMajor(3), 1, 2, 3);
    private static final HostArray B = HostArray.of(TensorSpec.rowMajor(3), 10, 20, 30);

    @Test
    void faultlessKernelPasses() {
        HostArray sum = run(_ -> {}).output();
        assertEquals(33, sum.get(2));
    }

    @Test
    void writingBehindAnOutputIsSeen() {
        assertFault("byte 12 of output 0", operands -> poke(operands.output(0), 12));
    }

    @Test
    void writingBeforeAnOperandIsSeen() {
        assertFault("of input 1", operands -> poke(operands.output(0), -1));
    }

    @Test
    void writingToAnInputIsSeen() {
        assertFault("byte 4 of input 1, which has 12 bytes and is only read", operands -> poke(operands.input(1), 4));
    }

    @Test
    void writingBehindTheWorkspaceIsSeen() {
        assertFault("of workspace", operands -> HostBuffer.segment(operands.workspace())
                .set(ValueLayout.JAVA_BYTE, operands.workspaceOffset() + FaultyDevice.WORKSPACE_BYTES, (byte) 1));
    }

    @Test
    void writingToTheWorkspaceIsAllowed() {
        run(operands -> HostBuffer.segment(operands.workspace())
                .set(ValueLayout.JAVA_BYTE, operands.workspaceOffset(), (byte) 1));
    }

    @Test
    void dependingOnAnEarlierRunIsSeen() {
        int[] runs = {0};
        assertFault("second run", operands -> HostBuffer.segment(operands.output(0))
                .set(ValueLayout.JAVA_FLOAT, 0, runs[0]++));
    }

    @Test
    void otherResultsInPlaceAreSeen() {
        for (int input : new int[] {0, 1}) {
            assertFault("the output in the memory of input " + input, operands -> {
                if (operands.output(0).sameMemory(operands.input(input))) {
                    poke(operands.output(0), 1);
                }
            });
        }
    }

    @Test
    void readingUnwrittenMemoryGivesNaN() {
        HostArray sum = run(operands -> HostBuffer.segment(operands.output(0)).set(ValueLayout.JAVA_FLOAT, 0,
                HostBuffer.segment(operands.workspace()).get(ValueLayout.JAVA_FLOAT, operands.workspaceOffset())))
                .output();
        assertTrue(Double.isNaN(sum.get(0)));
        assertThrows(AssertionError.class, () -> Tolerance.ELEMENTWISE.check("sum", B, sum));
    }

    @Test
    void toleranceSeesOneWrongElement() {
        HostArray off = A.with(1, 2.0001);
        assertThrows(AssertionError.class, () -> Tolerance.ELEMENTWISE.check("values", A, off));
        assertThrows(AssertionError.class, () -> Tolerance.EXACT.check("values", A, A.with(1, Math.nextUp(2f))));
        assertThrows(AssertionError.class, () -> Tolerance.sum(1000).check("values", A, A.with(0, Double.NaN)));
        Tolerance.ELEMENTWISE.check("values", A, A.with(1, Math.nextUp(2f)));
    }

    private static OpRunner.Result run(Consumer<Operands> fault) {
        try (Device device = new FaultyDevice(new ReferenceDevice(1), fault)) {
            return new OpRunner(device).run(new Add(), List.of(A, B), List.of(), new Step());
        }
    }

    private static void assertFault(String expected, Consumer<Operands> fault) {
        String message = assertThrows(AssertionError.class, () -> run(fault)).getMessage();
        assertTrue(message.contains(expected), message);
    }

    /** Changes the byte at {@code position} relative to the tensor's first. */
    private static void poke(Tensor tensor, long position) {
        HostBuffer.segment(tensor.buffer()).set(ValueLayout.JAVA_BYTE, tensor.offset() + position, (byte) 1);
    }

    /** Runs each kernel of another device, then does something wrong. */
    private record FaultyDevice(Device device, Consumer<Operands> fault) implements WrappedDevice {
        static final long WORKSPACE_BYTES = 64;

        @Override
        public Kernel prepare(Op op, List<TensorSpec> inputs, List<TensorSpec> states, List<TensorSpec> outputs) {
            Kernel kernel = device.prepare(op, inputs, states, outputs);
            return new Kernel() {
                @Override
                public long workspaceBytes() {
                    return WORKSPACE_BYTES;
                }

                @Override
                public Launch bind(Operands operands) {
                    Launch launch = kernel.bind(operands);
                    return step -> {
                        launch.run(step);
                        fault.accept(operands);
                    };
                }
            };
        }

        @Override
        public String name() {
            return "faulty";
        }

        @Override
        public String description() {
            return device.description() + ", with a planted fault";
        }
    }
}
