package lobule.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import lobule.file.InputException;

/**
 * The images of a folder by their cases, whatever the endings.
 *
 * @param byCase file by name of the case
 */
record ImageFiles(Path folder, SortedMap<String, Path> byCase) {
    static final List<String> ENDINGS = List.of(".nii.gz", ".nii", ".hdr");

    /** @throws InputException where it cannot be listed, or holds two files of one case */
    static ImageFiles in(Path folder) {
        SortedMap<String, Path> files = new TreeMap<>();
        try (Stream<Path> listed = Files.list(folder)) {
            for (Path file : listed.filter(Files::isRegularFile).sorted().toList()) {
                String name = caseName(file.toString());
                Path other = name.isEmpty() ? null : files.put(name, file);
                if (other != null) {
                    throw new InputException(folder + ": holds " + other.getFileName() + " and " + file.getFileName()
                            + ", the same case twice; each needs one file.");
                }
            }
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be listed (" + e + ").", e);
        }
        return new ImageFiles(folder, files);
    }

    /** The case's file; where none has its name to the letter, the only one that has it in another case. */
    Optional<Path> find(String name) {
        if (byCase.containsKey(name)) {
            return Optional.of(byCase.get(name));
        }
        List<Path> alike = byCase.entrySet().stream().filter(entry -> entry.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue).toList();
        return alike.size() == 1 ? Optional.of(alike.getFirst()) : Optional.empty();
    }

    /** The file's name without its folder and ending; empty for a file that is no image, or hidden. */
    static String caseName(String file) {
        String name = file.substring(file.replace('\\', '/').lastIndexOf('/') + 1);
        for (String ending : ENDINGS) {
            if (name.toLowerCase(Locale.ROOT).endsWith(ending) && !name.startsWith(".")) {
                return name.substring(0, name.length() - ending.length());
            }
        }
        return "";
    }
}
