/** The CUDA driver through JCuda: context, streams, memory, copies, and the libraries found. Knows no op. */
package lobule.device.cuda.driver;
