/** The own PTX kernels, which lie beside this package: loaded, called, and the grids that they run on. */
package lobule.device.cuda.kernel;
