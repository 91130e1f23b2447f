/**
 * The CPU device: convolutions through oneDNN, everything else with the Vector API, all of it on all cores. Activations
 * are NDHWC (NHWC in 2D), which oneDNN runs fastest; parameters are row-major and packed for oneDNN in the workspace.
 */
package lobule.device.cpu;
