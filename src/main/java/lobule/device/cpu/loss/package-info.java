/** Softmax with its losses, their gradients, and the score, a block of voxels at a time. */
package lobule.device.cpu.loss;
