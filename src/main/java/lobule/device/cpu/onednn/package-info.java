/** oneDNN: its threads, the objects of a kernel, and primitives ready to run. Knows no op. */
package lobule.device.cpu.onednn;
