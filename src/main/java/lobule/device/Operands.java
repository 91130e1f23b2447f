package lobule.device;

import java.util.List;

/**
 * The memory of one node.
 *
 * @param inputs    only read
 * @param states    read and updated in place
 * @param outputs   written whole
 * @param workspace where the shared scratch memory is: at least the kernel's {@code workspaceBytes} from {@code
 *                  workspaceOffset}; null only where that is 0
 */
public record Operands(List<Tensor> inputs, List<Tensor> states, List<Tensor> outputs, Buffer workspace,
                       long workspaceOffset) {
    public Operands {
        inputs = List.copyOf(inputs);
        states = List.copyOf(states);
        outputs = List.copyOf(outputs);
    }

    public Tensor input(int index) {
        return inputs.get(index);
    }

    public Tensor state(int index) {
        return states.get(index);
    }

    public Tensor output(int index) {
        return outputs.get(index);
    }
}
