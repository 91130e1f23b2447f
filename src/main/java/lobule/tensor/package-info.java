/** Shapes and element types: no memory, no maths. */
package lobule.tensor;
