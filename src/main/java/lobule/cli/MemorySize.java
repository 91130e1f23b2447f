package lobule.cli;

import java.math.BigDecimal;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** An amount of memory as arguments write it: 8GiB, 7.5GiB, 8000MiB, or bytes without a unit. */
record MemorySize(long bytes) {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,19}(?:\\.\\d{1,9})?)(B|KiB|MiB|GiB|TiB)?");
    private static final Map<String, Integer> SHIFTS = Map.of("B", 0, "KiB", 10, "MiB", 20, "GiB", 30, "TiB", 40);

    /** More than machines have, and little enough for sums of it. */
    private static final BigDecimal LARGEST = BigDecimal.valueOf(1L << 60);

    /** @throws TypeConversionException saying what is expected */
    static MemorySize parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw wrong(text);
        }
        String unit = matcher.group(2) == null ? "B" : matcher.group(2);
        BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(1L << SHIFTS.get(unit)));
        if (bytes.compareTo(BigDecimal.ONE) < 0 || bytes.compareTo(LARGEST) > 0) {
            throw wrong(text);
        }
        return new MemorySize(bytes.longValue());
    }

    private static TypeConversionException wrong(String text) {
        return new TypeConversionException("\"" + text + "\" is no amount of memory, expected one such as 8GiB, 7.5GiB,"
                + " 8000MiB or 8589934592 (bytes), and at most 1048576TiB");
    }

    /** For options. */
    static final class Converter implements ITypeConverter<MemorySize> {
        @Override
        public MemorySize convert(String text) {
            return parse(text);
        }
    }
}
