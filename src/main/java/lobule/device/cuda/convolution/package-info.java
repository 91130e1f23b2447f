/** Convolutions and up-convolutions: which algorithm of cuDNN or cuBLAS runs each, found once and recorded. */
package lobule.device.cuda.convolution;
