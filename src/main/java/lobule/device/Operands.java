package lobule.device;

import java.util.List;
import java.util.stream.IntStream;

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

    /**
     * Of an optimiser, whose inputs are the gradients and the norm of all: the operands of each parameter's update.
     *
     * @param statesEach states of a parameter, itself among them
     */
    public List<Operands> ofEachParameter(int statesEach) {
        return IntStream.range(0, inputs.size() - 1).mapToObj(i -> new Operands(
                List.of(inputs.get(i), inputs.getLast()), states.subList(i * statesEach, (i + 1) * statesEach),
                List.of(), workspace, workspaceOffset)).toList();
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
