package lobule.train;

/**
 * How well one or more patches were segmented.
 *
 * @param loss                   mean over the patches
 * @param jaccard                of the foreground, all patches together; 1 where neither truth nor prediction has any
 * @param dice                   likewise
 * @param meanLargestProbability of the voxels that count; near 1 where the softmax saturates
 */
public record Scores(double loss, double jaccard, double dice, double meanLargestProbability) {}
