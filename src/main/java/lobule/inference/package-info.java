/** Whole volumes through a trained network: tiles, the program that computes them, and the mask that they make. */
package lobule.inference;
