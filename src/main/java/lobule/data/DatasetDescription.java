package lobule.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Pattern;
import lobule.file.Document;
import lobule.file.DocumentFormat;
import lobule.file.InputException;

/**
 * What dataset.json says, as the Decathlon writes it and nnU-Net does.
 *
 * @param file     the file itself
 * @param labels   the numbers of each label by name, the one to ignore not among them; several for a region
 * @param ignore   the label to ignore
 * @param training image and mask of each case as they are listed; absent in nnU-Net's layout
 * @param cases    how many it counts, where it lists none
 */
record DatasetDescription(Path file, Map<String, List<Integer>> labels, OptionalInt ignore,
                          Optional<List<Pair>> training, OptionalLong cases) {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,5}");
    private static final int LARGEST_LABEL = 65_535;

    /** Names of the files of a case, as listed. */
    record Pair(Document image, Document mask) {}

    /** @throws InputException where it is damaged, or says something that cannot be served */
    static DatasetDescription read(Path file) {
        Document root = DocumentFormat.JSON.read(file);
        boolean listsCases = !root.at("training").isAbsent();
        boolean isOfNnUnet = !root.at("channel_names").isAbsent() || !root.at("file_ending").isAbsent();
        Optional<List<Pair>> training = Optional.empty();
        if (listsCases || !isOfNnUnet) {
            training = Optional.of(root.at("training").list().stream()
                    .map(pair -> new Pair(pair.at("image"), pair.at("label"))).toList());
        } else {
            requireOneChannel(root.at("channel_names"));
            requireReadable(root.at("file_ending"));
        }
        Map<String, List<Integer>> labels = labels(root.at("labels"));
        List<Integer> ignored = labels.remove(ClassDefinition.IGNORE);
        if (ignored != null && ignored.size() != 1) {
            throw root.at("labels").at(ClassDefinition.IGNORE).refused("one label");
        }
        return new DatasetDescription(file, labels, ignored == null ? OptionalInt.empty()
                : OptionalInt.of(ignored.getFirst()), training, root.at("numTraining").optional()
                .map(number -> OptionalLong.of(number.wholeNumber(0, Long.MAX_VALUE))).orElse(OptionalLong.empty()));
    }

    private static void requireOneChannel(Document channels) {
        if (!channels.isAbsent() && channels.entries().size() != 1) {
            throw channels.refused("one channel, as a case has one image here");
        }
    }

    private static void requireReadable(Document ending) {
        if (!ending.isAbsent() && ImageFiles.caseName("case" + ending.text()).isEmpty()) {
            throw ending.refused("one of " + String.join(", ", ImageFiles.ENDINGS));
        }
    }

    /** {"0": "background", "1": "liver"} as the Decathlon has it, or the names first as nnU-Net does. */
    private static Map<String, List<Integer>> labels(Document described) {
        Map<String, List<Integer>> labels = new LinkedHashMap<>();
        described.entries().forEach((key, value) -> {
            boolean numberFirst = NUMBER.matcher(key).matches() && !value.isList();
            String name = numberFirst ? value.text() : key;
            List<Integer> numbers = numberFirst ? List.of(number(described, key)) : numbers(value);
            if (labels.put(name, numbers) != null) {
                throw value.refused("a name of its own for each label");
            }
        });
        return labels;
    }

    private static int number(Document described, String key) {
        int number = Integer.parseInt(key);
        if (number > LARGEST_LABEL) {
            throw described.refused("labels from 0 to " + LARGEST_LABEL);
        }
        return number;
    }

    private static List<Integer> numbers(Document value) {
        List<Document> numbers = value.isList() ? value.list() : List.of(value);
        if (numbers.isEmpty()) {
            throw value.refused("a label or a list of labels");
        }
        return numbers.stream().map(number -> number.wholeNumber(0, LARGEST_LABEL)).toList();
    }

    /**
     * The classes that the labels are, where a user defines none: 0 to n - 1, each in one class.
     *
     * @throws InputException naming the option that defines them
     */
    ClassLabels classes(OptionalInt declaredIgnore) {
        TreeMap<Integer, LabelClass> bySmallest = new TreeMap<>();
        List<Integer> all = new ArrayList<>();
        labels.forEach((name, values) -> {
            bySmallest.put(values.stream().min(Integer::compare).orElseThrow(), new LabelClass(name, values));
            all.addAll(values);
        });
        long distinct = all.stream().distinct().count();
        if (distinct < all.size()) {
            throw new InputException(file + ": \"labels\" has one label under several names (" + labels
                    + "), regions that overlap; say by --labels which labels are which class.");
        } else if (!bySmallest.containsKey(0) || bySmallest.size() < 2) {
            throw new InputException(file + ": \"labels\" must name the background, label 0, and at least one organ"
                    + " but has " + labels + ".");
        }
        requireWithoutGap(all);
        declaredIgnore.ifPresent(label -> bySmallest.values().removeIf(named -> named.values().equals(List.of(label))));
        return new ClassLabels(List.copyOf(bySmallest.values()), declaredIgnore, ClassLabels.Others.REFUSED, Map.of());
    }

    private void requireWithoutGap(List<Integer> all) {
        for (int number : all) {
            if (number >= all.size()) {
                throw new InputException(file + ": \"labels\" has the label " + number + " but they must be numbered"
                        + " from 0 to " + (all.size() - 1) + " without a gap; --labels says which labels are which"
                        + " class whatever their numbers.");
            }
        }
    }
}
