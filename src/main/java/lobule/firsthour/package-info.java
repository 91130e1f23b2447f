/**
 * The first hour on a card that Lobule has not run on: steps with a time limit each, most valuable first, whose results
 * are on disk as soon as they are known. Runs the commands of the portable image as a user would.
 */
package lobule.firsthour;
