/**
 * From lifetimes to offsets in one arena, and the proof that the result is right. Pure functions; no memory is touched.
 */
package lobule.plan;
