package lobule.device.reference;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;

/** y = a + b, element by element. */
final class ReferenceAdd implements Launch {
    private final MemorySegment a;
    private final MemorySegment b;
    private final MemorySegment y;

    ReferenceAdd(Operands operands) {
        this.a = HostBuffer.segment(operands.input(0));
        this.b = HostBuffer.segment(operands.input(1));
        this.y = HostBuffer.segment(operands.output(0));
    }

    @Override
    public void run(Step step) {
        long elements = y.byteSize() / Float.BYTES;
        for (long i = 0; i < elements; i++) {
            y.setAtIndex(JAVA_FLOAT, i, a.getAtIndex(JAVA_FLOAT, i) + b.getAtIndex(JAVA_FLOAT, i));
        }
    }
}
