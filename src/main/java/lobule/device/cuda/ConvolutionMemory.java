package lobule.device.cuda;

/** Where a pass of a convolution finds its operands. */
record ConvolutionMemory(DevicePointer input, DevicePointer filter, DevicePointer output, DevicePointer workspace,
                         long workspaceBytes) {}
