package lobule.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import lobule.file.InputException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Finds the cases of a data set folder: those that dataset.json lists, or else the files that are there. */
final class DatasetFolder {
    private static final List<String> LIVER_LABELS = List.of("background", "liver");
    private static final String[] ENDINGS = {".nii.gz", ".nii", ".hdr"};

    private DatasetFolder() {}

    static Dataset open(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new InputException(folder + ": there is no such folder; one with imagesTr, labelsTr and dataset.json"
                    + " was expected.");
        }
        Path description = folder.resolve("dataset.json");
        Dataset dataset = Files.exists(description) ? described(folder, description) : listed(folder);
        if (dataset.cases().isEmpty()) {
            throw new InputException(folder + ": has no training case; dataset.json must list some under \"training\","
                    + " or imagesTr and labelsTr hold files of the same names.");
        }
        requireDistinct(dataset);
        return dataset;
    }

    private static Dataset described(Path folder, Path description) {
        JsonNode root = parse(description);
        List<Dataset.Case> cases = new ArrayList<>();
        for (JsonNode pair : field(root, "training", description, JsonNode::isArray, "a list of cases")) {
            String image = field(pair, "image", description, JsonNode::isString, "a file name").stringValue();
            String mask = field(pair, "label", description, JsonNode::isString, "a file name").stringValue();
            cases.add(new Dataset.Case(caseName(image), folder.resolve(image).normalize(),
                    folder.resolve(mask).normalize()));
        }
        return new Dataset(folder, labels(root, description), cases, Dataset.Origin.DESCRIPTION);
    }

    private static JsonNode parse(Path description) {
        try {
            return JsonMapper.shared().readTree(Files.readAllBytes(description));
        } catch (JacksonException e) {
            throw new InputException(description + ": is not valid JSON (" + e.getOriginalMessage() + ", line "
                    + (e.getLocation() == null ? "?" : e.getLocation().getLineNr()) + ").", e);
        } catch (IOException e) {
            throw new InputException(description + ": cannot be read (" + e + ").", e);
        }
    }

    /** {"0": "background", "1": "liver"} as the Decathlon has it, or the names first as later tools do. */
    private static List<String> labels(JsonNode root, Path description) {
        JsonNode named = field(root, "labels", description, JsonNode::isObject, "a map from label to name");
        String[] labels = new String[named.size()];
        for (Map.Entry<String, JsonNode> entry : named.properties()) {
            boolean nameFirst = entry.getValue().isInt();
            String number = nameFirst ? entry.getValue().asString() : entry.getKey();
            String name = nameFirst ? entry.getKey() : entry.getValue().asString();
            int label = number.matches("\\d{1,3}") ? Integer.parseInt(number) : -1;
            if (label < 0 || label >= labels.length || labels[label] != null) {
                throw new InputException(description + ": \"labels\" has the label " + number
                        + " but they must be numbered from 0 to " + (labels.length - 1) + " without a gap.");
            }
            labels[label] = name;
        }
        if (labels.length < 2) {
            throw new InputException(description + ": \"labels\" must name the background and at least one organ.");
        }
        return Arrays.asList(labels);
    }

    private static JsonNode field(
            JsonNode node, String name, Path description, Predicate<JsonNode> fits, String expected) {
        JsonNode value = node.get(name);
        if (value == null || !fits.test(value)) {
            throw new InputException(description + ": \"" + name + "\" is " + (value == null ? "missing" : value)
                    + " but must be " + expected + ".");
        }
        return value;
    }

    private static Dataset listed(Path folder) {
        Path images = folder.resolve("imagesTr");
        if (!Files.isDirectory(images) || !Files.isDirectory(folder.resolve("labelsTr"))) {
            throw new InputException(folder + ": holds neither a dataset.json nor the folders imagesTr and labelsTr.");
        }
        List<Dataset.Case> cases = new ArrayList<>();
        try (Stream<Path> files = Files.list(images)) {
            for (Path image : files.sorted().toList()) {
                Path mask = folder.resolve("labelsTr").resolve(image.getFileName());
                if (!caseName(image.toString()).isEmpty() && Files.isRegularFile(mask)) {
                    cases.add(new Dataset.Case(caseName(image.toString()), image, mask));
                }
            }
        } catch (IOException e) {
            throw new InputException(images + ": cannot be listed (" + e + ").", e);
        }
        return new Dataset(folder, LIVER_LABELS, cases, Dataset.Origin.FOLDER_LISTING);
    }

    /** The file's name without its folder and ending; empty for a file that is no image, or hidden. */
    static String caseName(String file) {
        String name = file.substring(file.replace('\\', '/').lastIndexOf('/') + 1);
        for (String ending : ENDINGS) {
            if (name.endsWith(ending) && !name.startsWith(".")) {
                return name.substring(0, name.length() - ending.length());
            }
        }
        return "";
    }

    private static void requireDistinct(Dataset dataset) {
        Set<String> seen = new HashSet<>();
        for (Dataset.Case found : dataset.cases()) {
            if (found.name().isEmpty()) {
                throw new InputException(dataset.folder() + ": " + found.image()
                        + " is listed as a case but its name does not end in .nii, .nii.gz or .hdr.");
            }
            if (!seen.add(found.name())) {
                throw new InputException(dataset.folder() + ": the case " + found.name()
                        + " is there twice; each needs a name of its own.");
            }
        }
    }
}
