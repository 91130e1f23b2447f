package lobule.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import lobule.file.InputException;

/**
 * A class as a user defines it: NAME=LABEL,LABEL where a label is a number that masks hold, or its name in
 * dataset.json.
 */
public record ClassDefinition(String name, List<String> labels) {
    /** What no class has is this; it needs no definition. */
    static final String BACKGROUND = "background";
    /** What dataset.json calls the label to ignore. */
    static final String IGNORE = "ignore";

    public ClassDefinition {
        labels = List.copyOf(labels);
    }

    /**
     * Classes 1, 2, … in the order given, separated by semicolons: liver=1,2;vessel=3.
     *
     * @param setting what refusals call the text
     * @throws InputException where it is none, or a name or label is there twice
     */
    public static List<ClassDefinition> parse(String setting, String text) {
        List<ClassDefinition> classes = new ArrayList<>();
        Set<String> names = new HashSet<>();
        Set<String> labels = new HashSet<>();
        for (String part : text.split(";", -1)) {
            ClassDefinition defined = parseOne(setting, text, part);
            if (!names.add(defined.name)) {
                throw refused(setting, text, "each class once, but " + defined.name + " is there twice");
            }
            for (String label : defined.labels) {
                if (!labels.add(label)) {
                    throw refused(setting, text, "each label in one class, but " + label + " is there twice");
                }
            }
            classes.add(defined);
        }
        return List.copyOf(classes);
    }

    private static ClassDefinition parseOne(String setting, String text, String part) {
        int equals = part.indexOf('=');
        String name = part.substring(0, Math.max(0, equals)).strip();
        List<String> labels = Arrays.stream(part.substring(equals + 1).split(",", -1)).map(String::strip).toList();
        if (name.isEmpty() || labels.stream().anyMatch(label -> label.isEmpty() || label.contains("="))) {
            throw refused(setting, text, "NAME=LABEL,LABEL with a semicolon between classes, such as"
                    + " liver=1,2;vessel=3");
        } else if (name.equals(BACKGROUND)) {
            throw refused(setting, text, "no class " + BACKGROUND + ": it is what no class names");
        } else if (name.equals(IGNORE)) {
            throw refused(setting, text, "no class " + IGNORE + ": --ignore-label says which label that is");
        }
        return new ClassDefinition(name, labels);
    }

    private static InputException refused(String setting, String text, String expected) {
        return new InputException(setting + " is \"" + text + "\", expected " + expected + ".");
    }
}
