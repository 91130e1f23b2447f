/** Pictures of a run: how it went over its steps, and what the network says against the truth. */
package lobule.report;
