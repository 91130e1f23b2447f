package lobule.data;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A class that a network tells apart.
 *
 * @param values what masks hold where it is; several where labels are merged
 */
public record LabelClass(String name, List<Integer> values) {

    public LabelClass {
        values = List.copyOf(values);
    }

    /** As settings write it: liver=1,2. */
    @Override
    public String toString() {
        return name + "=" + values.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
