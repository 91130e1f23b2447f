/** Nodes in the order in which they run, and the backward pass appended to them. */
package lobule.graph;
