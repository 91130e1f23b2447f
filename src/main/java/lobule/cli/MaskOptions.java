package lobule.cli;

import java.util.List;
import java.util.Map;
import lobule.data.ClassDefinition;
import lobule.data.ClassLabels;
import lobule.data.MaskGrid;
import lobule.file.InputException;
import picocli.CommandLine.Option;

/** How masks are to be read; null where an option is not given. */
final class MaskOptions {
    @Option(names = "--labels", paramLabel = "NAME=LABEL,LABEL", description = "A class and the labels of the masks"
            + " that are it, by number or by their names in dataset.json; once for each class, or with semicolons. "
            + "Other labels are background (default: the data set's labels are the classes).")
    private List<String> labels;

    @Option(names = "--ignore-label", paramLabel = "N", description = "Label of voxels to leave out of training and "
            + "scores (default: the one that dataset.json calls ignore).")
    private Integer ignoreLabel;

    @Option(names = "--mask-grid", paramLabel = "GRID", description = "own: a mask's header must place it on its "
            + "image; image: it lies there whatever its header says, where the sizes agree (default: own).")
    private String grid;

    String labels() {
        return labels == null ? null : String.join(";", labels);
    }

    Integer ignoreLabel() {
        return ignoreLabel;
    }

    String grid() {
        return grid;
    }

    /** What is not given here is as a model learned it. */
    ClassLabels over(ClassLabels learned) {
        ClassLabels classes = labels == null ? learned : ClassLabels.defined("--labels",
                ClassDefinition.parse("--labels", labels()), Map.of(), learned.ignore());
        if (classes.size() != learned.size()) {
            throw new InputException("--labels is " + labels() + ", expected the labels of each of the model's classes:"
                    + " " + String.join(", ", learned.names().subList(1, learned.size())) + ".");
        }
        return ignoreLabel == null ? classes : classes.ignoring("--ignore-label", ignoreLabel);
    }

    MaskGrid gridRule() {
        return grid == null ? MaskGrid.OWN : MaskGrid.of("--mask-grid", grid);
    }

    boolean isGiven() {
        return labels != null || ignoreLabel != null || grid != null;
    }
}
