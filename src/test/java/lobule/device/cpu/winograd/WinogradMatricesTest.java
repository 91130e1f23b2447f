package lobule.device.cpu.winograd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.commons.math3.fraction.BigFraction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The matrices compute a convolution, exactly; the float32 transforms are those matrices. */
class WinogradMatricesTest {
    private static final int TAPS = 3;

    private static WinogradMatrices matrices(WinogradTile tile) {
        return WinogradMatrices.of(tile.outputs(), TAPS, points(tile));
    }

    /** The finite ones. */
    private static List<BigFraction> points(WinogradTile tile) {
        return switch (tile) {
            case TWO -> Stream.of(0.0, 1.0, -1.0).map(BigFraction::new).toList();
            case FOUR -> Stream.of(0.0, 0.75, -0.75, 1.5, -1.5).map(BigFraction::new).toList();
        };
    }

    @ParameterizedTest
    @EnumSource
    void theProductsOfTransformsAreTheConvolution(WinogradTile tile) {
        WinogradMatrices matrices = matrices(tile);
        Random random = new Random(1);
        BigFraction[] values = fractions(random, tile.span());
        BigFraction[] taps = fractions(random, TAPS);
        BigFraction[] read = multiply(matrices.input(), values);
        BigFraction[] weights = multiply(matrices.weights(), taps);
        BigFraction[] products = new BigFraction[tile.span()];
        Arrays.setAll(products, i -> read[i].multiply(weights[i]));
        BigFraction[] outputs = multiply(matrices.output(), products);
        for (int i = 0; i < tile.outputs(); i++) {
            BigFraction sum = BigFraction.ZERO;
            for (int k = 0; k < TAPS; k++) {
                sum = sum.add(values[i + k].multiply(taps[k]));
            }
            assertEquals(sum, outputs[i], "output " + i);
        }
    }

    private static BigFraction[] fractions(Random random, int count) {
        BigFraction[] values = new BigFraction[count];
        Arrays.setAll(values, i -> new BigFraction(random.nextInt(-50, 50), random.nextInt(1, 20)));
        return values;
    }

    private static BigFraction[] multiply(BigFraction[][] matrix, BigFraction[] vector) {
        return Arrays.stream(matrix).map(row -> {
            BigFraction sum = BigFraction.ZERO;
            for (int i = 0; i < row.length; i++) {
                sum = sum.add(row[i].multiply(vector[i]));
            }
            return sum;
        }).toArray(BigFraction[]::new);
    }

    @ParameterizedTest
    @EnumSource
    void theTransformsAreTheMatrices(WinogradTile tile) {
        WinogradMatrices matrices = matrices(tile);
        AxisTransform axis = tile.axis();
        assertEquals(rounded(matrices.input()), applied(axis::input, tile.span(), tile.span()));
        assertEquals(rounded(matrices.output()), applied(axis::output, tile.span(), tile.outputs()));
        assertEquals(rounded(transposed(matrices.output())),
                applied(axis::outputGradient, tile.outputs(), tile.span()));
        assertEquals(rounded(matrices.weights()), applied(axis::weights, TAPS, tile.span()));
        assertEquals(rounded(transposed(matrices.weights())), applied(axis::weightsGradient, tile.span(), TAPS));
    }

    private static BigFraction[][] transposed(BigFraction[][] matrix) {
        BigFraction[][] result = new BigFraction[matrix[0].length][matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < result.length; j++) {
                result[j][i] = matrix[i][j];
            }
        }
        return result;
    }

    private static String rounded(BigFraction[][] matrix) {
        return Arrays.deepToString(Arrays.stream(matrix)
                .map(row -> Arrays.stream(row).map(BigFraction::floatValue).toArray(Float[]::new))
                .toArray(Float[][]::new));
    }

    /** What a transform makes of each unit vector: the columns of its matrix. */
    private static String applied(AxisTransform.Pass transform, int from, int to) {
        Float[][] matrix = new Float[to][from];
        for (int column = 0; column < from; column++) {
            float[] line = Line.transformed(transform, column, from, to);
            for (int row = 0; row < to; row++) {
                matrix[row][column] = line[row] + 0f; // no negative zeros
            }
        }
        return Arrays.deepToString(matrix);
    }
}
