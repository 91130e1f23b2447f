/** Named tensors in safetensors files: read by mapping, written whole or not at all. */
package lobule.checkpoint;
