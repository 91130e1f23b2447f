/** The training loop: settings, schedules, mini-batches, the record of a run, and the files it leaves. */
package lobule.train;
