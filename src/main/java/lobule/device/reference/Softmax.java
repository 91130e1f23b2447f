package lobule.device.reference;

import java.util.function.IntToDoubleFunction;

/** p_c = exp(z_c - max z) / sum exp(z - max z), finite for all finite logits. */
final class Softmax {
    private final double[] logits;
    private final double[] probabilities;
    private double logSum;

    Softmax(int classes) {
        this.logits = new double[classes];
        this.probabilities = new double[classes];
    }

    void compute(IntToDoubleFunction logit) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < logits.length; c++) {
            logits[c] = logit.applyAsDouble(c);
            largest = Math.max(largest, logits[c]);
        }
        double sum = 0;
        for (int c = 0; c < logits.length; c++) {
            probabilities[c] = Math.exp(logits[c] - largest);
            sum += probabilities[c];
        }
        for (int c = 0; c < logits.length; c++) {
            probabilities[c] /= sum;
        }
        logSum = largest + Math.log(sum);
    }

    double probability(int c) {
        return probabilities[c];
    }

    /** log p_c, which does not underflow as p_c does. */
    double logProbability(int c) {
        return logits[c] - logSum;
    }

    /** The class of the largest logit, the lowest on ties. */
    int predicted() {
        int best = 0;
        for (int c = 1; c < logits.length; c++) {
            if (logits[c] > logits[best]) {
                best = c;
            }
        }
        return best;
    }
}
