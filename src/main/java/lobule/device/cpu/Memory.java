package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import java.util.List;
import lobule.device.HostBuffer;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Tensor;

/** Addresses of operands, for native calls. */
final class Memory {
    private Memory() {}

    static long address(Tensor tensor) {
        return HostBuffer.segment(tensor).address();
    }

    static long workspace(Operands operands) {
        return operands.workspace() == null ? 0
                : HostBuffer.segment(operands.workspace()).address() + operands.workspaceOffset();
    }

    /** The first {@code bytes} of a node's workspace. */
    static MemorySegment workspace(Operands operands, long bytes) {
        return HostBuffer.segment(operands.workspace()).asSlice(operands.workspaceOffset(), bytes);
    }

    /** Runs one after another. */
    static Launch inOrder(List<Launch> launches) {
        Launch[] all = launches.toArray(Launch[]::new);
        return step -> {
            for (Launch launch : all) {
                launch.run(step);
            }
        };
    }
}
