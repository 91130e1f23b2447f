package lobule.data;

import java.util.List;
import java.util.OptionalInt;

/**
 * How a user wants masks to be read.
 *
 * @param classes none where the data set's own labels are the classes
 * @param ignore  the label that is left out of training and scores
 */
public record MaskSettings(List<ClassDefinition> classes, OptionalInt ignore, MaskGrid grid) {
    /** As the data set has them. */
    public static final MaskSettings DEFAULT = new MaskSettings(List.of(), OptionalInt.empty(), MaskGrid.OWN);

    public MaskSettings {
        classes = List.copyOf(classes);
    }
}
