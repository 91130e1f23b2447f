/** What a network's output says: labels, probabilities, and how well they agree with the truth. */
package lobule.evaluation;
