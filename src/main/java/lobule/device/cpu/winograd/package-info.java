/** 3x3x3 convolutions by the algorithm of Winograd: transforms on vector lanes, products through oneDNN. */
package lobule.device.cpu.winograd;
