package lobule.device;

import java.util.List;
import lobule.device.OpRunner.Result;
import lobule.device.reference.ReferenceDevice;
import lobule.op.Op;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;

/** What the suites of all ops share: the device under test, and the reference beside it. */
abstract class OpSuite {
    private Device device;
    private Device reference;

    /** Opens the device under test. */
    abstract Device open();

    @BeforeEach
    void openDevices() {
        device = open();
        reference = new ReferenceDevice(1);
    }

    @AfterEach
    void closeDevices() {
        // null where the device is not there and its tests are skipped
        if (device != null) {
            device.close();
            reference.close();
        }
    }

    Device device() {
        return device;
    }

    /** Runs on the device under test. */
    Result run(Op op, List<HostArray> inputs, List<HostArray> states, Step step) {
        return new OpRunner(device).run(op, inputs, states, step);
    }

    /** Runs an op without states that does not read the step. */
    Result run(Op op, HostArray... inputs) {
        return run(op, List.of(inputs), List.of(), new Step());
    }

    Result runOnReference(Op op, List<HostArray> inputs, List<HostArray> states, Step step) {
        return new OpRunner(reference).run(op, inputs, states, step);
    }

    Result runOnReference(Op op, HostArray... inputs) {
        return runOnReference(op, List.of(inputs), List.of(), new Step());
    }

    /** Fails where the device under test is further from the reference than tolerated, output by output. */
    void compare(Tolerance tolerance, Op op, List<HostArray> inputs, List<HostArray> states, Step step) {
        Result expected = runOnReference(op, inputs, states, step);
        Result actual = run(op, inputs, states, step);
        for (int i = 0; i < expected.outputs().size(); i++) {
            tolerance.check(op.label() + " output " + i, expected.output(i), actual.output(i));
        }
        for (int i = 0; i < expected.states().size(); i++) {
            tolerance.check(op.label() + " state " + i, expected.state(i), actual.state(i));
        }
    }

    /** A fused op gives the bits of the single ones, unless a library computes those. */
    void requireFused(String what, HostArray single, HostArray fused) {
        if (device.fuses()) {
            Assertions.assertArrayEquals(single.values(), fused.values(), what);
        } else {
            Tolerance.ELEMENTWISE.check(what, single, fused);
        }
    }

    static TensorSpec activation(long... sizes) {
        return TensorSpec.activation(Shape.of(sizes));
    }

    static TensorSpec activation(Shape shape) {
        return TensorSpec.activation(shape);
    }

    static Step step() {
        return new Step();
    }

    static Step accumulating() {
        Step step = new Step();
        step.accumulate = true;
        return step;
    }

    /** Sum over elements of a * b. */
    static double dot(HostArray a, HostArray b) {
        double sum = 0;
        for (int i = 0; i < a.values().length; i++) {
            sum += a.get(i) * b.get(i);
        }
        return sum;
    }
}
