package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
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

    /** Runs one call after another; the first may be missing. */
    static Launch launch(OneDnnCall first, OneDnnCall second) {
        if (first == null) {
            return step -> second.run();
        }
        return step -> {
            first.run();
            second.run();
        };
    }
}
