/**
 * The CUDA device: cuDNN for convolutions, cuBLAS for those that are matrix products, own kernels for the rest, all
 * through JCuda's driver API. Activations are NCDHW (NCHW in 2D), the host's own order, so that copies are plain
 * copies. {@code jcuda} is imported here and below alone.
 *
 * <p>{@link lobule.device.cuda.OpKernels} chooses the kernel of an op. The packages below hold kernels by what they
 * compute, over {@code kernel}, {@code library} and {@code driver}; they are this device's own, but for {@code options}
 * and the failure of a call.
 */
package lobule.device.cuda;
