/** Direct convolutions through oneDNN, whole or in slabs, and up-convolutions beside a concatenation. */
package lobule.device.cpu.convolution;
