/**
 * What the networks see of volumes: data sets on disk, patches with their border, which patch to take next, and a
 * synthetic CT to start with. Volumes are in canonical orientation here; patches count in (D, H, W) = (z, y, x).
 */
package lobule.data;
