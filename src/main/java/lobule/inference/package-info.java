/** Whole volumes through a trained network: tiles, the forward-only program that computes them, and the mask they make. */
package lobule.inference;
