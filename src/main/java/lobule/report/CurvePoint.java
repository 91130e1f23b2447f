package lobule.report;

/**
 * One step of a run. NaN stands for what was not measured at that step.
 *
 * @param loss        of the step's own forward pass
 * @param jaccard     of the step's own forward pass, 0 to 1
 * @param evalLoss    with running statistics and without dropout
 * @param evalJaccard with running statistics and without dropout, 0 to 1
 */
public record CurvePoint(long step, double loss, double jaccard, double evalLoss, double evalJaccard) {}
