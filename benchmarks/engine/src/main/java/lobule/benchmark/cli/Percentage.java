package lobule.benchmark.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A part of something, as a fraction: {@code 5%} is 0.05. */
final class Percentage implements ITypeConverter<Double> {
    private static final double PERCENT = 1e-2;

    @Override
    public Double convert(String text) {
        try {
            double percent = Double.parseDouble(text.substring(0, Math.max(0, text.length() - 1)));
            if (text.endsWith("%") && percent >= 0 && percent < Double.POSITIVE_INFINITY) {
                return percent * PERCENT;
            }
        } catch (NumberFormatException e) {
            throw refused(text);
        }
        throw refused(text);
    }

    private static TypeConversionException refused(String text) {
        return new TypeConversionException("\"" + text + "\" is no percentage, expected one such as 5%");
    }
}
