package lobule.device.cuda.convolution;

import lobule.device.Operands;
import lobule.device.Tensor;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;

/** Where a pass of a convolution finds its operands. */
record ConvolutionMemory(DevicePointer input, DevicePointer filter, DevicePointer output, DevicePointer workspace,
                         long workspaceBytes) {

    /**
     * The memory of a node: which operand is what depends on the pass, and on which of its two tensors is the larger
     * one. The input is the last channels of its operand.
     */
    static ConvolutionMemory of(ConvolutionPass pass, ConvolutionGeometry geometry, Operands operands, long bytes) {
        boolean transposed = geometry.transposed();
        Tensor input = switch (pass) {
            case ForwardPass _ -> operands.input(0);
            case BackwardDataPass _ -> operands.output(0);
            case BackwardFilterPass _ -> operands.input(transposed ? 1 : 0);
        };
        Tensor filter = pass instanceof BackwardFilterPass ? operands.state(0) : operands.input(1);
        Tensor output = switch (pass) {
            case ForwardPass _ -> operands.output(0);
            case BackwardDataPass _ -> operands.input(0);
            case BackwardFilterPass _ -> operands.input(transposed ? 0 : 1);
        };
        long before = input.spec().shape().channels() - geometry.input().channels();
        return new ConvolutionMemory(
                DeviceBuffer.pointer(input).plus(before * geometry.input().voxels() * Float.BYTES),
                DeviceBuffer.pointer(filter), DeviceBuffer.pointer(output), DeviceBuffer.workspace(operands), bytes);
    }
}
