package lobule.train;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lobule.file.AtomicFile;
import lobule.file.Document;
import lobule.file.DocumentFormat;
import lobule.file.InputException;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a run learns from and is evaluated on, file by file, so that a resumed run learns from the same. Where the files
 * lie does not count: a data set may be moved.
 */
record DataRecord(List<Case> training, List<Case> validation) {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final int BUFFER_BYTES = 1 << 16;

    /**
     * @param spacingMm of the voxels, x, y, z in the canonical orientation
     * @param notes     what was said about it
     */
    record Case(String name, List<Contents> files, List<Double> spacingMm, List<String> notes) {}

    /** A file and what was in it. */
    record Contents(String path, long bytes, String sha256) {

        /** Of an image's file, or of both where header and voxels are apart. */
        static Stream<Contents> ofImage(Path image) {
            String name = image.getFileName().toString().replaceAll("\\.hdr(\\.gz)?$", ".img");
            Stream<Path> voxels = Stream.of(name, name + ".gz").map(image::resolveSibling)
                    .filter(file -> name.endsWith(".img") && !file.equals(image) && Files.isRegularFile(file));
            return Stream.concat(Stream.of(image), voxels).map(Contents::of);
        }

        static Contents of(Path file) {
            try (InputStream in = Files.newInputStream(file)) {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                byte[] buffer = new byte[BUFFER_BYTES];
                long bytes = 0;
                for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
                    digest.update(buffer, 0, count);
                    bytes += count;
                }
                return new Contents(file.toString(), bytes, HexFormat.of().formatHex(digest.digest()));
            } catch (IOException e) {
                throw new InputException(file + ": cannot be read (" + e + ").", e);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has SHA-256", e);
            }
        }

        private boolean sameAs(Contents other) {
            return bytes == other.bytes && sha256.equals(other.sha256);
        }
    }

    /**
     * The record of a run; empty where it has none, being ended at its very beginning or of an earlier version.
     *
     * @throws InputException where it is damaged
     */
    static Optional<DataRecord> read(RunFolder folder) {
        if (!Files.exists(folder.data())) {
            return Optional.empty();
        }
        Document record = DocumentFormat.JSON.read(folder.data());
        return Optional.of(new DataRecord(cases(record.at("training")), cases(record.at("validation"))));
    }

    private static List<Case> cases(Document cases) {
        return each(cases, entry -> new Case(entry.at("name").text(),
                each(entry.at("files"), file -> new Contents(file.at("path").text(),
                        file.at("bytes").wholeNumber(0L, Long.MAX_VALUE), file.at("sha256").text())),
                each(entry.at("spacing_mm"), Document::number), each(entry.at("notes"), Document::text)));
    }

    private static <T> List<T> each(Document list, Function<Document, T> reading) {
        return list.list().stream().map(reading).toList();
    }

    /** Writes the record whole or not at all. */
    void write(RunFolder folder) {
        byte[] json = (JSON.writeValueAsString(this) + "\n").getBytes(StandardCharsets.UTF_8);
        AtomicFile.write(folder.data(), out -> out.write(json));
    }

    List<String> trainingNames() {
        return training.stream().map(Case::name).toList();
    }

    /** What came, went or has other contents, as the end of a sentence; empty where all is as it was. */
    Optional<String> changedTo(DataRecord now) {
        List<String> changes = Stream.concat(changes("", training, now.training),
                changes("validation ", validation, now.validation)).toList();
        return changes.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", changes));
    }

    private static Stream<String> changes(String what, List<Case> before, List<Case> now) {
        List<String> changes = new ArrayList<>();
        for (Case old : before) {
            Optional<Case> same = now.stream().filter(entry -> entry.name().equals(old.name())).findFirst();
            if (same.isEmpty()) {
                changes.add(what + "case " + old.name() + " is gone");
            }
            same.flatMap(entry -> changed(old, entry)).ifPresent(change -> changes.add(what + "case " + change));
        }
        List<String> names = before.stream().map(Case::name).toList();
        now.stream().map(Case::name).filter(name -> !names.contains(name))
                .forEach(name -> changes.add(what + "case " + name + " is new"));
        return changes.stream();
    }

    private static Optional<String> changed(Case old, Case now) {
        if (old.files().size() != now.files().size()) {
            return Optional.of(old.name() + " is of " + now.files().size() + " files, and was of "
                    + old.files().size());
        }
        String changes = Stream.iterate(0, i -> i + 1).limit(old.files().size())
                .filter(i -> !old.files().get(i).sameAs(now.files().get(i)))
                .map(i -> now.files().get(i).path()).collect(Collectors.joining(" and "));
        return changes.isEmpty() ? Optional.empty() : Optional.of(old.name() + " has other contents in " + changes);
    }
}
