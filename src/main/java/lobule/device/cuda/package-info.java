/**
 * The CUDA device: cuDNN for convolutions, cuBLAS for those that are matrix products, own kernels for the rest, all
 * through JCuda's driver API. Activations are NCDHW (NCHW in 2D), the host's own order, so that copies are plain
 * copies. The only package that imports {@code jcuda}.
 */
package lobule.device.cuda;
