/**
 * The CPU device: convolutions through oneDNN, everything else with the Vector API, all of it on all cores. Activations
 * are NDHWC (NHWC in 2D), which oneDNN runs fastest; parameters are row-major and packed for oneDNN in the workspace.
 *
 * <p>{@link lobule.device.cpu.CpuDevice} chooses the kernel of an op. The packages below are its own: kernels by what
 * they compute, over {@code onednn} and {@code machine}.
 */
package lobule.device.cpu;
