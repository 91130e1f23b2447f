package lobule.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLParser;

/**
 * How documents are written: in UTF-8, with or without a byte-order mark, every key once, within limits that keep a
 * damaged or hostile one from taking all memory.
 */
public enum DocumentFormat {
    /** One value, and nothing behind it. */
    JSON(32 << 20),
    /** One document, without aliases. */
    YAML(1 << 20);

    private static final class Mappers {
        private static final StreamReadConstraints LIMITS = StreamReadConstraints.builder()
                .maxNestingDepth(64).maxTokenCount(1_000_000).maxNumberLength(1000).build();
        static final ObjectMapper OF_JSON = new JsonMapper(JsonFactory.builder().streamReadConstraints(LIMITS)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());
        static final ObjectMapper OF_YAML = new YAMLMapper(YAMLFactory.builder().streamReadConstraints(LIMITS)
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build());
    }

    private final int longest;

    DocumentFormat(int longest) {
        this.longest = longest;
    }

    private ObjectMapper mapper() {
        return this == JSON ? Mappers.OF_JSON : Mappers.OF_YAML;
    }

    /** @throws InputException where the file cannot be read, or is no document of this format */
    public Document read(Path file) {
        return Document.of(file.toString(), tree(file));
    }

    /** The same for who works on the tree. */
    public JsonNode tree(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return tree(file.toString(), in.readNBytes(longest + 1));
        } catch (NoSuchFileException e) {
            throw new InputException(file + ": does not exist.", e);
        } catch (IOException e) {
            throw new InputException(file + ": cannot be read (" + e + ").", e);
        }
    }

    /**
     * Parses a text.
     *
     * @param source what refusals call it
     */
    public Document parse(String source, String text) {
        return Document.of(source, tree(source, text));
    }

    /** The same for bytes that are in memory. */
    public JsonNode tree(String source, byte[] bytes) {
        return tree(source, Utf8.decode(source, bytes));
    }

    private JsonNode tree(String source, String text) {
        if (text.length() > longest) {
            throw new InputException(source + ": is longer than " + (longest >> 20) + " MiB, expected a shorter "
                    + this + " document.");
        }
        try {
            requireNoAlias(source, text);
            return mapper().readTree(text);
        } catch (JacksonException e) {
            throw new InputException(source + ": is not valid " + this + " (" + problem(e) + ").", e);
        }
    }

    /** An alias would stand for a text with its name. */
    private void requireNoAlias(String source, String text) {
        if (this == YAML) {
            try (JsonParser parser = mapper().createParser(text)) {
                while (parser.nextToken() != null) {
                    if (parser instanceof YAMLParser yaml && yaml.isCurrentAlias()) {
                        throw new InputException(source + ": line " + yaml.currentTokenLocation().getLineNr()
                                + " has an alias, expected its value written out.");
                    }
                }
            }
        }
    }

    private static String problem(JacksonException e) {
        String first = e.getOriginalMessage().lines().findFirst().orElse("").replaceAll("\\.$", "");
        return first.codePoints().filter(c -> !Character.isISOControl(c)).limit(200)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                + (e.getLocation() == null || e.getLocation().getLineNr() < 1 ? ""
                : ", line " + e.getLocation().getLineNr());
    }
}
