/**
 * Batch renormalisation with ReLU and dropout, forward and backward, and what ends a level of the encoder: the same
 * with pooling and crop in one pass.
 */
package lobule.device.cpu.norm;
