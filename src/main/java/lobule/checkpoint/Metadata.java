package lobule.checkpoint;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoublePredicate;
import lobule.file.Document;
import lobule.nn.UNetConfig;

/** Reads what a file's metadata say, key by key, each checked. */
public final class Metadata {
    private static final String RANK = "rank";
    private static final String BASE_CHANNELS = "base_channels";
    private static final String IN_CHANNELS = "in_channels";
    private static final String CLASSES = "classes";
    private static final String EPSILON = "bn_epsilon";
    private static final String MOMENTUM = "bn_momentum";

    private static final int MOST = 1 << 16;

    private final Path file;
    private final Map<String, String> entries;
    private final Set<String> unused;

    public Metadata(SafeTensors tensors) {
        this.file = tensors.file();
        this.entries = tensors.metadata();
        this.unused = new TreeSet<>(entries.keySet());
    }

    /** The keys that say what a network is. */
    public static Map<String, String> of(UNetConfig network) {
        Map<String, String> keys = new LinkedHashMap<>();
        keys.put(RANK, String.valueOf(network.rank()));
        keys.put(BASE_CHANNELS, String.valueOf(network.baseChannels()));
        keys.put(IN_CHANNELS, String.valueOf(network.inChannels()));
        keys.put(CLASSES, String.valueOf(network.classes()));
        keys.put(EPSILON, String.valueOf(network.epsilon()));
        keys.put(MOMENTUM, String.valueOf(network.momentum()));
        return keys;
    }

    /**
     * The network by these keys. Dropout is not among them: it belongs to training.
     *
     * @throws CheckpointException naming the file and the key, as all readers here
     */
    public UNetConfig network() {
        double epsilon = number(EPSILON, value -> value > 0, "a number above 0");
        double momentum = number(MOMENTUM, value -> value >= 0 && value <= 1, "a number from 0 to 1");
        try {
            return new UNetConfig(count(RANK), count(IN_CHANNELS), count(CLASSES), count(BASE_CHANNELS), 0, epsilon,
                    momentum);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(file + ": metadata: " + e.getMessage(), e);
        }
    }

    public boolean has(String key) {
        return entries.containsKey(key);
    }

    /** Where the key must be there. */
    public String text(String key) {
        String text = entries.get(key);
        if (text == null) {
            throw new CheckpointException(file + ": metadata key " + key + " is missing; there are "
                    + Arrays.toString(entries.keySet().toArray()));
        }
        unused.remove(key);
        return text;
    }

    /** A whole number of at least 1, and small enough for sizes to be multiplied from it. */
    public int count(String key) {
        return (int) whole(key, 1, MOST);
    }

    /** A whole number from {@code smallest} to {@code largest}. */
    public long whole(String key, long smallest, long largest) {
        String expected = "a whole number from " + smallest + " to " + largest;
        try {
            long value = Long.parseLong(text(key).strip());
            if (value >= smallest && value <= largest) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw refused(key, expected);
        }
        throw refused(key, expected);
    }

    /** @param expected what is legal, in words */
    public double number(String key, DoublePredicate legal, String expected) {
        return number(key, text(key), legal, expected);
    }

    /** A number that is part of a key's text. */
    public double number(String key, String text, DoublePredicate legal, String expected) {
        try {
            double value = Double.parseDouble(text.strip());
            if (Double.isFinite(value) && legal.test(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw refused(key, expected);
        }
        throw refused(key, expected);
    }

    public CheckpointException refused(String key, String expected) {
        return new CheckpointException(file + ": metadata key " + key + " is " + Document.excerpt(entries.get(key))
                + ", expected " + expected);
    }

    /** The keys that nothing has asked for yet. */
    public Set<String> unused() {
        return Collections.unmodifiableSet(unused);
    }
}
