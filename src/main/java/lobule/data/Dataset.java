package lobule.data;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import lobule.file.InputException;
import lobule.image.Mask;
import lobule.image.NiftiReader;
import lobule.image.Orientation;
import lobule.image.Volume;

/**
 * Cases in a folder laid out as the Medical Segmentation Decathlon does it: imagesTr/NAME.nii.gz, labelsTr/NAME.nii.gz
 * and dataset.json; or as nnU-Net does, one channel a case: imagesTr/NAME_0000.nii.gz.
 *
 * @param labels which labels of the masks are which class
 * @param grid   which grid the masks lie on
 * @param origin where the list of cases came from
 * @param notes  what its user should know of it, a sentence each
 */
public record Dataset(Path folder, ClassLabels labels, MaskGrid grid, List<Case> cases, Origin origin,
                      List<String> notes) {

    /** Where the list of cases came from. */
    public enum Origin {
        /** dataset.json named them. */
        DESCRIPTION("as dataset.json lists them"),
        /** dataset.json is nnU-Net's, which leaves the list to the folders. */
        NNUNET("in nnU-Net's layout"),
        /** There is no dataset.json: the files in imagesTr and labelsTr, with labels 0 background and 1 liver. */
        FOLDER_LISTING("as imagesTr and labelsTr have them, without a dataset.json");

        private final String text;

        Origin(String text) {
            this.text = text;
        }

        /** As the end of a sentence. */
        public String text() {
            return text;
        }
    }

    /** One image and its mask by name: the file name without folder and ending. */
    public record Case(String name, Path image, Path mask) {}

    public Dataset {
        cases = List.copyOf(cases);
        notes = List.copyOf(notes);
    }

    /** An image file's name without its folder and ending; empty for a file that is no image, or hidden. */
    public static String caseName(Path file) {
        return ImageFiles.caseName(file.toString());
    }

    /** @throws InputException where the folder holds no such data set, or a damaged description */
    public static Dataset open(Path folder, MaskSettings settings) {
        return DatasetFolder.open(folder, settings);
    }

    /** The number of classes, background included. */
    public int classes() {
        return labels.size();
    }

    public List<String> names() {
        return cases.stream().map(Case::name).toList();
    }

    /** @throws InputException for an unknown name; the known ones are listed */
    public Case find(String name) {
        return cases.stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow(() -> new InputException(
                folder + ": there is no case " + name + "; known are "
                        + names().stream().sorted().collect(Collectors.joining(", ")) + "."));
    }

    /** What reads its masks, one for all, so that they are read alike. */
    public MaskReader maskReader() {
        return new MaskReader(labels, grid);
    }

    /**
     * Image (HU as stored) and mask of a case, both in canonical orientation.
     *
     * @param masks reads the mask
     * @param arena owner of all voxels
     * @throws InputException where a file is missing or damaged, the two do not fit, a label is no label, or a voxel
     *         of the image is not a number
     */
    public LabelledVolume load(String name, MaskReader masks, Arena arena) {
        Case wanted = find(name);
        Volume image = NiftiReader.read(wanted.image(), arena).requireFinite();
        Mask mask = masks.read(wanted.mask(), image.name(), image.grid(), arena);
        Orientation orientation = Orientation.of(image.grid());
        return new LabelledVolume(name, orientation.toCanonical(image, arena), orientation.toCanonical(mask, arena),
                classes());
    }
}
