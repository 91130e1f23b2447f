package lobule.file;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.StringNode;

/**
 * A value of a parsed document and the place it stands at. Every reading says what is legal there; anything else is
 * refused in one sentence with source, key, value and what was expected. Keys are as in {@code data.window[0]}.
 */
public final class Document {
    private static final int LONGEST_SHOWN = 60;
    private static final int LONGEST_TEXT = 4096;
    private static final String PLAIN = "without control characters, of at most " + LONGEST_TEXT + " characters";
    private static final Pattern WHOLE = Pattern.compile("[-+]?\\d{1,19}");
    private static final Pattern DECIMAL = Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d{1,4})?");

    private final String source;
    private final String key;
    private final JsonNode node;

    private Document(String source, String key, JsonNode node) {
        this.source = source;
        this.key = key;
        this.node = node;
    }

    /**
     * A whole document.
     *
     * @param source what refusals call it, the name of a file; empty where somebody else says it
     */
    public static Document of(String source, JsonNode root) {
        return new Document(source, "", root);
    }

    /** Whether there is no such key, or null at it. */
    public boolean isAbsent() {
        return node.isMissingNode() || node.isNull();
    }

    /** This value, where there is one. */
    public Optional<Document> optional() {
        return isAbsent() ? Optional.empty() : Optional.of(this);
    }

    public boolean isObject() {
        return node.isObject();
    }

    public boolean isText() {
        return node.isString();
    }

    public boolean isList() {
        return node.isArray();
    }

    /** The value at a key of this object; one that is not there is refused when it is read. */
    public Document at(String name) {
        requireObject();
        JsonNode child = node.get(name);
        return new Document(source, key.isEmpty() ? name : key + "." + name,
                child == null ? MissingNode.getInstance() : child);
    }

    /** The values of this object by key, in the order of the document. */
    public Map<String, Document> entries() {
        requireObject();
        Map<String, Document> entries = new LinkedHashMap<>();
        node.propertyNames().forEach(name -> entries.put(requireName(name), at(name)));
        return entries;
    }

    private String requireName(String name) {
        if (!isPlain(name)) {
            throw new InputException(prefix() + (key.isEmpty() ? "has" : key + " has") + " the key " + excerpt(name)
                    + ", expected keys " + PLAIN + ".");
        }
        return name;
    }

    private void requireObject() {
        if (!node.isObject()) {
            throw refused("keys with their values");
        }
    }

    /** The values of this list. */
    public List<Document> list() {
        if (!node.isArray()) {
            throw refused("a list");
        }
        List<Document> list = new ArrayList<>();
        for (JsonNode child : node) {
            list.add(new Document(source, key + "[" + list.size() + "]", child));
        }
        return list;
    }

    /**
     * Refuses keys of this object that nobody reads, misspelt ones above all.
     *
     * @throws InputException listing those that are known
     */
    public void requireOnly(Collection<String> known) {
        for (Document value : entries().values()) {
            String name = value.key.substring(key.isEmpty() ? 0 : key.length() + 1);
            if (!known.contains(name)) {
                throw new InputException(prefix() + "unknown key " + shortened(value.key) + "; known here are "
                        + String.join(", ", known) + ".");
            }
        }
    }

    /** A text; a whole number stands for its digits. */
    public String text() {
        String text = node.isString() || node.isIntegralNumber() ? node.asString() : null;
        if (text == null) {
            throw refused("a text");
        } else if (!isPlain(text)) {
            throw refused("a text " + PLAIN);
        }
        return text;
    }

    /** Control characters and halves of surrogate pairs can be neither shown nor in a name of a file. */
    private static boolean isPlain(String text) {
        return text.length() <= LONGEST_TEXT && text.codePoints().noneMatch(
                c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
    }

    /** The name of a file or folder. */
    public Path path() {
        String text = text();
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw refused("a name that files can have here (" + e.getReason() + ")");
        }
    }

    /** A whole number from {@code smallest} to {@code largest}; digits in quotes will do. */
    public long wholeNumber(long smallest, long largest) {
        String digits = node.isIntegralNumber() || node.isString() ? node.asString() : "";
        if (WHOLE.matcher(digits).matches()) {
            try {
                long number = Long.parseLong(digits);
                if (number >= smallest && number <= largest) {
                    return number;
                }
            } catch (NumberFormatException e) {
                throw refused(range(smallest, largest));
            }
        }
        throw refused(range(smallest, largest));
    }

    /** A whole number from {@code smallest} to {@code largest}. */
    public int wholeNumber(int smallest, int largest) {
        return (int) wholeNumber((long) smallest, (long) largest);
    }

    private static String range(long smallest, long largest) {
        String least = smallest <= Integer.MIN_VALUE ? "" : " of at least " + smallest;
        return "a whole number" + (largest == Long.MAX_VALUE ? least
                : least.isEmpty() ? " of at most " + largest : " from " + smallest + " to " + largest);
    }

    /** A finite number; digits in quotes will do. */
    public double number() {
        double number = node.isNumber() ? node.doubleValue()
                : node.isString() && DECIMAL.matcher(node.stringValue()).matches()
                ? Double.parseDouble(node.stringValue()) : Double.NaN;
        if (!Double.isFinite(number)) {
            throw refused("a number");
        }
        return number;
    }

    /** True or false. */
    public boolean flag() {
        if (!node.isBoolean()) {
            throw refused("true or false");
        }
        return node.booleanValue();
    }

    /** A refusal of this value, for rules that only its reader knows. */
    public InputException refused(String expected) {
        String value = node.isMissingNode() ? "missing" : shortened(node.toString());
        return new InputException(prefix() + (key.isEmpty() ? "holds " : shortened(key) + " is ") + value
                + ", expected " + expected + ".");
    }

    private String prefix() {
        return source.isEmpty() ? "" : source + ": ";
    }

    /** A text for a message: its beginning in quotes, as JSON has it, so that it takes one line whatever is in it. */
    public static String excerpt(String text) {
        return shortened(StringNode.valueOf(text).toString());
    }

    private static String shortened(String text) {
        return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…";
    }
}
