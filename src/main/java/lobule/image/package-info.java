/**
 * Medical volumes: voxels, their place in the patient, and the files they come from.
 *
 * <p>World coordinates are RAS millimetres everywhere (x to the patient's right, y to the front, z to the head).
 * Voxels lie in memory with x fastest: index = x + sizeX * (y + sizeY * z), that is (D, H, W) = (z, y, x) row-major.
 */
package lobule.image;
