/** How a CUDA device is opened, and which algorithm each convolution was given. */
package lobule.device.cuda.options;
