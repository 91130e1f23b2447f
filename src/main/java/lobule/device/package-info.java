/** The contract of a device: memory, and kernels for ops. */
package lobule.device;
