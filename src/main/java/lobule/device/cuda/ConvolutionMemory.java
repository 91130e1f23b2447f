package lobule.device.cuda;

import lobule.device.Operands;
import lobule.device.Tensor;

/** Where a pass of a convolution finds its operands. */
record ConvolutionMemory(DevicePointer input, DevicePointer filter, DevicePointer output, DevicePointer workspace,
                         long workspaceBytes) {

    /**
     * The memory of a node: which operand is what depends on the pass, and on which of its two tensors is the larger
     * one.
     */
    static ConvolutionMemory of(ConvolutionPass pass, boolean transposed, Operands operands, long workspaceBytes) {
        return switch (pass) {
            case ForwardPass _ ->
                    of(operands.input(0), operands.input(1), operands.output(0), operands, workspaceBytes);
            case BackwardDataPass _ ->
                    of(operands.output(0), operands.input(1), operands.input(0), operands, workspaceBytes);
            case BackwardFilterPass _ -> of(operands.input(transposed ? 1 : 0), operands.state(0),
                    operands.input(transposed ? 0 : 1), operands, workspaceBytes);
        };
    }

    private static ConvolutionMemory of(Tensor input, Tensor filter, Tensor output, Operands operands, long bytes) {
        return new ConvolutionMemory(DeviceBuffer.pointer(input), DeviceBuffer.pointer(filter),
                DeviceBuffer.pointer(output), DeviceBuffer.workspace(operands), bytes);
    }
}
