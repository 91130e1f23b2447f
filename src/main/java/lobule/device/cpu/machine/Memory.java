package lobule.device.cpu.machine;

import java.lang.foreign.MemorySegment;
import java.util.List;
import lobule.device.HostBuffer;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Tensor;

/** Addresses of operands, for native calls. */
public final class Memory {
    /** A thread that owns nothing, to tell confined memory by. */
    private static final Thread ELSEWHERE = Thread.ofPlatform().unstarted(() -> {});

    private Memory() {}

    public static long address(Tensor tensor) {
        return HostBuffer.segment(tensor).address();
    }

    public static long workspace(Operands operands) {
        return operands.workspace() == null ? 0
                : HostBuffer.segment(operands.workspace()).address() + operands.workspaceOffset();
    }

    /** The first {@code bytes} of a node's workspace. */
    public static MemorySegment workspace(Operands operands, long bytes) {
        return HostBuffer.segment(operands.workspace()).asSlice(operands.workspaceOffset(), bytes);
    }

    /** Host memory as workers can reach it; what is confined to the caller, who waits for them, by its address. */
    public static MemorySegment forAllThreads(MemorySegment host) {
        if (!host.scope().isAlive() || !host.isAccessibleBy(Thread.currentThread()) || host.isAccessibleBy(ELSEWHERE)) {
            return host; // refused, if at all, at its first use
        }
        MemorySegment reachable = MemorySegment.ofAddress(host.address()).reinterpret(host.byteSize());
        return host.isReadOnly() ? reachable.asReadOnly() : reachable;
    }

    /** Runs one after another. */
    public static Launch inOrder(List<Launch> launches) {
        Launch[] all = launches.toArray(Launch[]::new);
        return step -> {
            for (Launch launch : all) {
                launch.run(step);
            }
        };
    }
}
