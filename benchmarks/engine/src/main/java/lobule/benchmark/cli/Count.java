package lobule.benchmark.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of steps, iterations and the like: a whole number of at least 1. */
final class Count implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
        return atMost(text, Integer.MAX_VALUE, "of at least 1");
    }

    /** Cores that this machine has. */
    static final class OfCores implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            int cores = Runtime.getRuntime().availableProcessors();
            return atMost(text, cores, "from 1 to " + cores + ", the cores of this machine");
        }
    }

    private static int atMost(String text, int most, String expected) {
        try {
            int count = Integer.parseInt(text);
            if (count >= 1 && count <= most) {
                return count;
            }
        } catch (NumberFormatException e) {
            throw refused(text, expected);
        }
        throw refused(text, expected);
    }

    private static TypeConversionException refused(String text, String expected) {
        return new TypeConversionException("\"" + text + "\" is not a whole number " + expected);
    }
}
