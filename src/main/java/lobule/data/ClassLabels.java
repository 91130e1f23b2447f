package lobule.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lobule.file.InputException;
import lobule.image.Mask;

/**
 * Which labels of a mask are which class.
 *
 * @param classes     from 0, the background
 * @param ignore      the label that is left out of training and scores, where one is declared
 * @param others      what becomes of labels that are neither
 * @param vocabulary  names of labels by number, for messages
 */
public record ClassLabels(List<LabelClass> classes, OptionalInt ignore, Others others,
                          Map<Integer, String> vocabulary) {
    /** A label that has no class. */
    static final int NONE = -1;
    private static final int LARGEST_LABEL = 65_535;

    /** What becomes of labels without a class. */
    public enum Others {
        REFUSED, BACKGROUND;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public ClassLabels {
        classes = List.copyOf(classes);
        vocabulary = Map.copyOf(vocabulary);
    }

    /** The classes themselves as labels: 0 is the background, and other labels are refused. */
    public static ClassLabels numbered(List<String> names, OptionalInt ignore) {
        return new ClassLabels(IntStream.range(0, names.size())
                .mapToObj(i -> new LabelClass(names.get(i), List.of(i))).toList(), ignore, Others.REFUSED, Map.of());
    }

    /** 0 is background and 1 liver: what masks hold that nothing describes, and the phantom's. */
    public static ClassLabels liver(OptionalInt ignore) {
        return numbered(List.of(ClassDefinition.BACKGROUND, "liver"), ignore);
    }

    /**
     * Classes as a user defined them; other labels are background.
     *
     * @param named labels by their names, where the data set names them
     * @throws InputException for a name that is not among them, or a label in two classes
     */
    public static ClassLabels defined(String setting, List<ClassDefinition> definitions,
                                      Map<String, List<Integer>> named, OptionalInt ignore) {
        List<LabelClass> classes = new ArrayList<>();
        Map<Integer, String> owners = new HashMap<>();
        boolean zeroIsClass = false;
        for (ClassDefinition definition : definitions) {
            List<Integer> values = definition.labels().stream()
                    .flatMap(label -> resolve(setting, label, named).stream()).toList();
            for (int value : values) {
                String other = owners.put(value, definition.name());
                if (other != null || ignore.isPresent() && ignore.getAsInt() == value) {
                    throw new InputException(setting + ": label " + value + " is in class " + definition.name()
                            + (other == null ? " and the label to ignore" : " twice or in class " + other + " too")
                            + ", expected each label once.");
                }
                zeroIsClass |= value == 0;
            }
            classes.add(new LabelClass(definition.name(), values));
        }
        classes.addFirst(new LabelClass(ClassDefinition.BACKGROUND, zeroIsClass ? List.of() : List.of(0)));
        Map<Integer, String> vocabulary = new HashMap<>();
        named.forEach((name, values) -> values.forEach(value -> vocabulary.merge(value, name, (a, b) -> a)));
        return new ClassLabels(classes, ignore, Others.BACKGROUND, vocabulary);
    }

    private static List<Integer> resolve(String setting, String label, Map<String, List<Integer>> named) {
        if (label.matches("\\d{1,5}") && Integer.parseInt(label) <= LARGEST_LABEL) {
            return List.of(Integer.valueOf(label));
        }
        List<Integer> values = named.get(label);
        if (values == null) {
            throw new InputException(setting + ": there is no label " + label + ", expected a number from 0 to "
                    + LARGEST_LABEL + (named.isEmpty() ? "; no dataset.json names labels here."
                    : " or one of " + String.join(", ", named.keySet()) + "."));
        }
        return values;
    }

    /**
     * The same with another label to ignore.
     *
     * @throws InputException where it has a class
     */
    public ClassLabels ignoring(String setting, int label) {
        if (classOf(label) >= 0 && classOf(label) < size()) {
            throw new InputException(setting + " is " + label + ", which is " + names().get(classOf(label))
                    + ", expected a label without a class.");
        }
        return new ClassLabels(classes, OptionalInt.of(label), others, vocabulary);
    }

    /** The same where other labels are refused. */
    public ClassLabels refusingOthers() {
        return new ClassLabels(classes, ignore, Others.REFUSED, vocabulary);
    }

    /** The number of classes, background included. */
    public int size() {
        return classes.size();
    }

    public List<String> names() {
        return classes.stream().map(LabelClass::name).toList();
    }

    /** The class of a label, {@link Mask#IGNORE}, or {@link #NONE}. */
    int classOf(int label) {
        for (int i = 0; i < classes.size(); i++) {
            if (classes.get(i).values().contains(label)) {
                return i;
            }
        }
        return ignore.isPresent() && ignore.getAsInt() == label ? Mask.IGNORE : NONE;
    }

    /** A label for messages, with its name where it has one. */
    String name(int label) {
        return label + (vocabulary.containsKey(label) ? " (" + vocabulary.get(label) + ")" : "");
    }

    /** All classes but the background as {@link ClassDefinition#parse} reads them: liver=1,2;vessel=3. */
    public String text() {
        return classes.stream().skip(1).map(LabelClass::toString).collect(Collectors.joining(";"));
    }
}
