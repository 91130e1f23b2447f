/** What moves voxels and computes little: pooling, crop, concatenation, sums, the way to and from the host. */
package lobule.device.cpu.voxels;
