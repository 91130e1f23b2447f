/** cuDNN and cuBLAS: their handles, their descriptors of tensors, and products of matrices. */
package lobule.device.cuda.library;
