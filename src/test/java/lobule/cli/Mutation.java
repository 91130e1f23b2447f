package lobule.cli;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Damage to a file, of the kinds that disks, transfers, editors and programs do; the same seed does the same. */
enum Mutation {
    FLIP_BITS {
        @Override
        byte[] of(byte[] file, RandomGenerator random) {
            byte[] damaged = file.clone();
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                damaged[place(file, random)] ^= (byte) (1 << random.nextInt(8));
            }
            return damaged;
        }
    },
    SET_BYTES {
        @Override
        byte[] of(byte[] file, RandomGenerator random) {
            byte[] damaged = file.clone();
            int from = place(file, random);
            byte value = (byte) new int[] {0, 0xff, 0x7f, 0x80, ' ', random.nextInt(256)}[random.nextInt(6)];
            Arrays.fill(damaged, from, Math.min(file.length, from + random.nextInt(1, 17)), value);
            return damaged;
        }
    },
    CUT {
        @Override
        byte[] of(byte[] file, RandomGenerator random) {
            return Arrays.copyOf(file, random.nextInt(8) == 0 ? 0 : place(file, random));
        }
    },
    INSERT {
        @Override
        byte[] of(byte[] file, RandomGenerator random) {
            byte[] inserted = new byte[random.nextInt(1, 65)];
            random.nextBytes(inserted);
            int at = place(file, random);
            return joined(Arrays.copyOf(file, at), inserted, tail(file, at));
        }
    },
    REMOVE {
        @Override
        byte[] of(byte[] file, RandomGenerator random) {
            int at = place(file, random);
            return joined(Arrays.copyOf(file, at), tail(file, Math.min(file.length, at + random.nextInt(1, 65))));
        }
    },
    REPEAT {
        @Override
        byte[] of(byte[] file, RandomGenerator random) {
            int at = place(file, random);
            int end = Math.min(file.length, at + random.nextInt(1, 257));
            return joined(Arrays.copyOf(file, end), tail(file, at));
        }
    },
    BINARY_NUMBER {
        private static final long[] EXTREMES = {0, 1, -1, 2, 16, 255, Short.MAX_VALUE, Short.MIN_VALUE,
            Integer.MAX_VALUE, Integer.MIN_VALUE, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE,
            Float.floatToIntBits(Float.NaN), Float.floatToIntBits(1e30f), Float.floatToIntBits(-1e-30f),
            Double.doubleToLongBits(Double.POSITIVE_INFINITY), Double.doubleToLongBits(1e300)};

        @Override
        byte[] of(byte[] file, RandomGenerator random) {
            byte[] damaged = file.clone();
            int width = 2 << random.nextInt(3);
            int at = Math.max(0, Math.min(place(file, random), file.length - width) / width * width);
            long value = EXTREMES[random.nextInt(EXTREMES.length)];
            for (int i = 0; i < width && at + i < file.length; i++) {
                damaged[at + i] = (byte) (value >> 8 * i);
            }
            return damaged;
        }
    },
    NUMBER {
        private static final Pattern PATTERN = Pattern.compile("-?\\d+(\\.\\d+)?([eE][-+]?\\d+)?");
        private static final List<String> EXTREMES = List.of("0", "-1", "2147483648", "9223372036854775807",
                "9223372036854775808", "18446744073709551616", "1e999", "-1e999", "1e-400", ".nan", "NaN", "0.5",
                "null", "\"7\"", "[]", "{}", "true");

        @Override
        byte[] of(byte[] file, RandomGenerator random) {
            return replaced(file, PATTERN, EXTREMES, random);
        }
    },
    WORD {
        private static final Pattern PATTERN = Pattern.compile("\"[^\"\n]*\"|[A-Za-z][A-Za-z-]{2,}");
        private static final List<String> OTHERS = List.of("\"\"", "null", "[]", "{}", "0", "\"\\u0000\"",
                "\"\\ud800\"", "\"../../../../x\"", "\"%s%n\"", "&a [*a, *a]", "!!java.net.URL x", "\"\u00fc\"", "-",
                "\"" + "x".repeat(5000) + "\"", "[".repeat(3000), "{\"a\":".repeat(3000));

        @Override
        byte[] of(byte[] file, RandomGenerator random) {
            return replaced(file, PATTERN, OTHERS, random);
        }
    };

    /** The start of a file, where headers are, is hit as often as all the rest. */
    private static final int HEAD_BYTES = 600;

    abstract byte[] of(byte[] file, RandomGenerator random);

    private static int place(byte[] file, RandomGenerator random) {
        return random.nextInt(random.nextBoolean() ? file.length : Math.min(HEAD_BYTES, file.length));
    }

    /** In the first part of a file, as text; where nothing fits, it is cut instead. */
    private static byte[] replaced(byte[] file, Pattern pattern, List<String> others, RandomGenerator random) {
        int text = Math.min(file.length, 1 << 14);
        String head = new String(file, 0, text, StandardCharsets.ISO_8859_1);
        List<MatchResult> found = pattern.matcher(head).results().toList();
        if (found.isEmpty()) {
            return CUT.of(file, random);
        }
        MatchResult chosen = found.get(random.nextInt(found.size()));
        byte[] other = others.get(random.nextInt(others.size())).getBytes(StandardCharsets.UTF_8);
        return joined(Arrays.copyOf(file, chosen.start()), other, tail(file, chosen.end()));
    }

    private static byte[] tail(byte[] file, int from) {
        return Arrays.copyOfRange(file, from, file.length);
    }

    private static byte[] joined(byte[]... parts) {
        List<byte[]> all = new ArrayList<>(List.of(parts));
        byte[] whole = new byte[all.stream().mapToInt(part -> part.length).sum()];
        int at = 0;
        for (byte[] part : all) {
            System.arraycopy(part, 0, whole, at, part.length);
            at += part.length;
        }
        return whole;
    }
}
