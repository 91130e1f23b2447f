/** Softmax with its losses, their gradients, and the score. */
package lobule.device.cuda.loss;
