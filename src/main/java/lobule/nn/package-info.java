/** The U-Net in 2D and 3D as a graph, its losses, its optimisers and how its parameters start. */
package lobule.nn;
