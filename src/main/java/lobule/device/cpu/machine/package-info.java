/** What all kernels stand on: cores, vector lanes, and where an element lies in memory. */
package lobule.device.cpu.machine;
