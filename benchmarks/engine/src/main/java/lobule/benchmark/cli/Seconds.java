package lobule.benchmark.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How long something is measured. */
final class Seconds implements ITypeConverter<Double> {
    private static final double LEAST = 1e-3;
    private static final double MOST = 86_400;

    @Override
    public Double convert(String text) {
        try {
            double seconds = Double.parseDouble(text);
            if (seconds >= LEAST && seconds <= MOST) {
                return seconds;
            }
        } catch (NumberFormatException e) {
            throw refused(text);
        }
        throw refused(text);
    }

    private static TypeConversionException refused(String text) {
        return new TypeConversionException("\"" + text + "\" is no time, expected seconds from 0.001 to 86400");
    }
}
