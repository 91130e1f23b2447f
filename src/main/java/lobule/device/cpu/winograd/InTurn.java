package lobule.device.cpu.winograd;

import java.util.List;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cpu.machine.Memory;

/** Parts of one result, computed one after another in the same workspace. */
record InTurn(List<Kernel> parts) implements Kernel {

    @Override
    public long workspaceBytes() {
        return parts.stream().mapToLong(Kernel::workspaceBytes).max().orElseThrow();
    }

    @Override
    public String algorithm() {
        return parts.getFirst().algorithm();
    }

    @Override
    public double errorGrowth() {
        return parts.getFirst().errorGrowth();
    }

    @Override
    public Launch bind(Operands operands) {
        return Memory.inOrder(parts.stream().map(part -> part.bind(operands)).toList());
    }

    @Override
    public void close() {
        parts.forEach(Kernel::close);
    }
}
