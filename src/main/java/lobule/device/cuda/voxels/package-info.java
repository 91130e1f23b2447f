/** What moves voxels and computes little: pooling, crop, concatenation, sums. */
package lobule.device.cuda.voxels;
