package lobule.data;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lobule.file.InputException;
import lobule.image.Grid;
import lobule.image.Mask;
import lobule.image.NiftiReader;
import lobule.image.Volume;

/**
 * Reads the masks of a data set: their labels to classes, on the grids of their images. Remembers what it decided that
 * its user may not expect, and refuses to decide one way for one mask and another way for the next.
 */
public final class MaskReader {
    /** The label that by convention is to be ignored, or else, where no other is there, the organ. */
    private static final int CONVENTIONAL = 255;

    /** How often a note holds, over all masks. */
    private record Tally(String first, long masks, long voxels) {
        Tally plus(Tally other) {
            return new Tally(first, masks + other.masks, voxels + other.voxels);
        }
    }

    private final ClassLabels labels;
    private final MaskGrid gridRule;
    private final Map<String, Tally> notes = new LinkedHashMap<>();
    private Optional<String> conventionalAsOrgan = Optional.empty();
    private Optional<String> conventionalIgnored = Optional.empty();

    public MaskReader(ClassLabels labels, MaskGrid gridRule) {
        this.labels = labels;
        this.gridRule = gridRule;
    }

    /**
     * The classes of an image's voxels.
     *
     * @param image what refusals call the image
     * @param grid  of the image, and then of the mask
     * @param arena owner of the classes
     * @throws InputException where the file cannot be read, lies on another grid, or holds a label without a class
     */
    public Mask read(Path file, String image, Grid grid, Arena arena) {
        try (Arena passing = Arena.ofShared()) {
            Volume stored = NiftiReader.read(file, passing);
            requireGrid(stored, image, grid);
            LabelCounts counts = LabelCounts.of(stored);
            if (counts.rounded() > 0) {
                note("labels that are not quite whole numbers are rounded", stored, counts.rounded());
            }
            return classified(stored, grid, classes(stored, counts), arena);
        }
    }

    private static Mask classified(Volume stored, Grid grid, Map<Integer, Integer> classes, Arena arena) {
        Mask mask = Mask.allocate(stored.name(), grid, arena);
        int previous = 0;
        byte itsClass = classes.getOrDefault(0, 0).byteValue();
        for (long i = 0; i < grid.voxels(); i++) {
            int label = LabelCounts.label(stored.voxels().getAtIndex(ValueLayout.JAVA_FLOAT, i));
            if (label != previous) {
                previous = label;
                itsClass = classes.get(label).byteValue();
            }
            mask.labels().set(ValueLayout.JAVA_BYTE, i, itsClass);
        }
        return new Mask(mask.name(), grid, mask.labels(), stored.notes());
    }

    private Map<Integer, Integer> classes(Volume stored, LabelCounts counts) {
        Map<Integer, Integer> classes = new HashMap<>();
        counts.voxels().forEach((label, count) -> {
            int declared = labels.classOf(label);
            classes.put(label, declared == ClassLabels.NONE ? undeclared(stored, counts, label) : declared);
        });
        return classes;
    }

    private int undeclared(Volume stored, LabelCounts counts, int label) {
        LabelCounts.Count count = counts.voxels().get(label);
        if (label == CONVENTIONAL && labels.ignore().isEmpty()) {
            return conventional(stored, counts, count);
        } else if (labels.others() == ClassLabels.Others.BACKGROUND) {
            note("label " + labels.name(label) + " is background: no class has it", stored, count.voxels());
            return 0;
        }
        throw new InputException(LabelCounts.voxel(stored, count.first()) + label + " but its labels are "
                + labels.classes().stream().map(LabelClass::toString).reduce((a, b) -> a + ", " + b).orElseThrow()
                + "; --labels says which labels are which class, --ignore-label which one to leave out.");
    }

    /** Masks for viewers hold 0 and 255; masks with open voxels hold 255 beside the labels of the organs. */
    private int conventional(Volume stored, LabelCounts counts, LabelCounts.Count count) {
        boolean alone = counts.voxels().keySet().stream()
                .allMatch(label -> label == CONVENTIONAL || labels.classOf(label) == 0);
        if (alone && labels.size() > 2) {
            throw new InputException(stored.name() + ": holds " + CONVENTIONAL + " (" + count.voxels() + " voxels) and"
                    + " no other label; say by --labels which class it is, or by --ignore-label that it is none.");
        }
        if (alone) {
            conventionalAsOrgan = conventionalAsOrgan.or(() -> Optional.of(stored.name()));
            note("label " + CONVENTIONAL + " is taken as " + labels.names().get(1) + ": no other label is there, and"
                    + " none is declared to be ignored (--ignore-label)", stored, count.voxels());
        } else {
            conventionalIgnored = conventionalIgnored.or(() -> Optional.of(stored.name()));
            note("label " + CONVENTIONAL + " is left out of training and scores, as other labels are there; --labels or"
                    + " --ignore-label says what it is", stored, count.voxels());
        }
        requireOneMeaning();
        return alone ? 1 : Mask.IGNORE;
    }

    private void requireOneMeaning() {
        if (conventionalAsOrgan.isPresent() && conventionalIgnored.isPresent()) {
            throw new InputException("label " + CONVENTIONAL + " is the only one in " + conventionalAsOrgan.get()
                    + " but stands beside others in " + conventionalIgnored.get() + ": say what it is, by --labels"
                    + " that it is a class, or by --ignore-label " + CONVENTIONAL + " that it is none.");
        }
    }

    private void requireGrid(Volume stored, String image, Grid grid) {
        Optional<String> difference = grid.difference(stored.grid(), LabelledVolume.GRID_TOLERANCE);
        if (difference.isEmpty()) {
            return;
        }
        boolean sameSize = grid.sizeText().equals(stored.grid().sizeText());
        if (!sameSize || gridRule == MaskGrid.OWN) {
            throw new InputException(image + " and " + stored.name() + " lie on different grids: " + difference.get()
                    + "; the mask must be drawn on, or resampled to, its image" + (sameSize
                    ? "; where its voxels are the image's all the same, --mask-grid image says so." : "."));
        }
        note("the image's grid is taken, not the mask's own (--mask-grid image)", stored, 0);
    }

    private void note(String text, Volume stored, long voxels) {
        notes.merge(text, new Tally(stored.name(), 1, voxels), Tally::plus);
    }

    /** What its user should know of the masks read so far, a sentence each. */
    public List<String> notes() {
        return notes.entrySet().stream().map(entry -> text(entry.getKey(), entry.getValue())).toList();
    }

    private static String text(String note, Tally tally) {
        String masks = tally.masks == 1 ? tally.first
                : tally.masks + " masks, " + tally.first + " the first";
        return masks + ": " + note + (tally.voxels == 0 ? "" : " (" + tally.voxels
                + (tally.voxels == 1 ? " voxel)" : " voxels)"));
    }
}
