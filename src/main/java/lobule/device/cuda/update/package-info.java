/** The optimisers, and the gradient norm that they clip by. */
package lobule.device.cuda.update;
