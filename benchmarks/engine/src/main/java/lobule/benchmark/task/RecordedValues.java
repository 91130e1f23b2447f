package lobule.benchmark.task;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.checkpoint.SafeTensors;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.DType;

/** Values of a recorded step, in the format that {@code lobule verify} reads. */
public final class RecordedValues implements StepValues {
    private final SafeTensors tensors;

    public RecordedValues(SafeTensors tensors) {
        this.tensors = tensors;
    }

    @Override
    public void read(Value value, MemorySegment destination) {
        if (value.role() == Role.STATE && value.spec().type() == DType.UINT8) {
            destination.set(ValueLayout.JAVA_BYTE, 0, (byte) 1); // flags are not in the files: all norms have run
        } else {
            String name = value.role() == Role.INPUT ? value.name() : RecordedStep.BEFORE + value.name();
            destination.copyFrom(tensors.entry(name).data());
        }
    }
}
