/** Batch renormalisation with ReLU and dropout, and the end of an encoder level; own kernels and cuDNN's. */
package lobule.device.cuda.norm;
