package lobule.device.cpu.winograd;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.apache.commons.math3.fraction.BigFraction;

/**
 * The exact matrices of a one-dimensional Winograd convolution y = A^T [(G g) * (B^T d)] from its interpolation points,
 * the last of which is infinity (Toom-Cook; Vincent et al., On Improving the Numerical Stability of Winograd
 * Convolutions, 2017). With N_j = prod (a_j - a_l) over l other than j:
 *
 * <pre>
 *   B^T row j: coefficients of prod (x - a_l) over l other than j, lowest first; at infinity over all l
 *   G   row j: 1, a_j, a_j^2 ... over N_j;                                     at infinity 0 ... 0, 1
 *   A^T column j: 1, a_j, a_j^2 ...;                                           at infinity 0 ... 0, 1
 * </pre>
 *
 * @param input   B^T, (n, n) with n = outputs + taps - 1
 * @param weights G, (n, taps)
 * @param output  A^T, (outputs, n)
 */
record WinogradMatrices(BigFraction[][] input, BigFraction[][] weights, BigFraction[][] output) {

    /** @param points the n - 1 finite points, all different */
    static WinogradMatrices of(int outputs, int taps, List<BigFraction> points) {
        int n = outputs + taps - 1;
        BigFraction[][] input = zeros(n, n);
        BigFraction[][] weights = zeros(n, taps);
        BigFraction[][] output = zeros(outputs, n);
        for (int j = 0; j < n - 1; j++) {
            BigFraction point = points.get(j);
            List<BigFraction> others = points.stream().filter(other -> !other.equals(point)).toList();
            BigFraction scale = others.stream().map(point::subtract).reduce(BigFraction.ONE, BigFraction::multiply);
            copy(product(others), input[j]);
            for (int k = 0; k < taps; k++) {
                weights[j][k] = point.pow(k).divide(scale);
            }
            for (int i = 0; i < outputs; i++) {
                output[i][j] = point.pow(i);
            }
        }
        copy(product(points), input[n - 1]);
        weights[n - 1][taps - 1] = BigFraction.ONE;
        output[outputs - 1][n - 1] = BigFraction.ONE;
        return new WinogradMatrices(input, weights, output);
    }

    private static BigFraction[][] zeros(int rows, int columns) {
        return Collections.nCopies(rows, columns).stream().map(length -> {
            BigFraction[] row = new BigFraction[length];
            Arrays.fill(row, BigFraction.ZERO);
            return row;
        }).toArray(BigFraction[][]::new);
    }

    /** Coefficients of prod (x - root), lowest first. */
    private static List<BigFraction> product(List<BigFraction> roots) {
        BigFraction[] polynomial = {BigFraction.ONE};
        for (BigFraction root : roots) {
            BigFraction[] next = zeros(1, polynomial.length + 1)[0];
            for (int k = 0; k < polynomial.length; k++) {
                next[k + 1] = next[k + 1].add(polynomial[k]);
                next[k] = next[k].subtract(polynomial[k].multiply(root));
            }
            polynomial = next;
        }
        return List.of(polynomial);
    }

    private static void copy(List<BigFraction> coefficients, BigFraction[] row) {
        for (int k = 0; k < coefficients.size(); k++) {
            row[k] = coefficients.get(k);
        }
    }
}
