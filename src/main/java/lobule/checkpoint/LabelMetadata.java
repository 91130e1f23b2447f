package lobule.checkpoint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lobule.data.ClassDefinition;
import lobule.data.ClassLabels;
import lobule.file.InputException;

/** What a model's metadata say of the labels it learned: which of them its classes are. */
public final class LabelMetadata {
    private static final String LABELS = "labels";
    private static final String IGNORE = "ignore_label";
    private static final String OTHERS = "other_labels";
    private static final int LARGEST_LABEL = 65_535;

    private LabelMetadata() {}

    public static Map<String, String> of(ClassLabels labels) {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put(LABELS, labels.text());
        entries.put(OTHERS, labels.others().label());
        labels.ignore().ifPresent(label -> entries.put(IGNORE, String.valueOf(label)));
        return entries;
    }

    /** As they are written there, or else the numbers of the classes themselves. */
    static ClassLabels read(Metadata metadata, int classes) {
        OptionalInt ignore = metadata.has(IGNORE) ? OptionalInt.of((int) metadata.whole(IGNORE, 0, LARGEST_LABEL))
                : OptionalInt.empty();
        if (!metadata.has(LABELS)) {
            List<String> names = Stream.concat(Stream.of("background"),
                    IntStream.range(1, classes).mapToObj(number -> "class " + number)).toList();
            return ClassLabels.numbered(names, ignore);
        }
        try {
            ClassLabels labels = ClassLabels.defined(LABELS, ClassDefinition.parse(LABELS, metadata.text(LABELS)),
                    Map.of(), ignore);
            if (labels.size() == classes) {
                return metadata.has(OTHERS) && metadata.text(OTHERS).equals(ClassLabels.Others.BACKGROUND.label())
                        ? labels : labels.refusingOthers();
            }
        } catch (InputException e) {
            throw metadata.refused(LABELS, "the labels of its classes: " + e.getMessage());
        }
        throw metadata.refused(LABELS, "the labels of " + (classes - 1) + " classes beside the background");
    }
}
