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
 * Cases in a folder laid out as the Medical Segmentation Decathlon does it: imagesTr/NAME.nii.gz,
 * labelsTr/NAME.nii.gz and dataset.json.
 *
 * @param labels what each label means, from 0 (background) on
 * @param origin where the list of cases came from, for the caller to tell its user
 */
public record Dataset(Path folder, List<String> labels, List<Case> cases, Origin origin) {

    /** Where the list of cases came from. */
    public enum Origin {
        /** dataset.json named them. */
        DESCRIPTION,
        /** There is no dataset.json: the files in imagesTr and labelsTr, with labels 0 background and 1 liver. */
        FOLDER_LISTING
    }

    /** One image and its mask by name: the file name without folder and ending. */
    public record Case(String name, Path image, Path mask) {}

    public Dataset {
        labels = List.copyOf(labels);
        cases = List.copyOf(cases);
    }

    /** An image file's name without its folder and ending; empty for a file that is no image, or hidden. */
    public static String caseName(Path file) {
        return DatasetFolder.caseName(file.toString());
    }

    /** @throws InputException where the folder holds no such data set, or a damaged description */
    public static Dataset open(Path folder) {
        return DatasetFolder.open(folder);
    }

    /** The number of labels, background included. */
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

    /**
     * Image (HU as stored) and mask of a case, both in canonical orientation.
     *
     * @param arena owner of all voxels
     * @throws InputException where a file is missing or damaged, the two do not fit, a label is no label, or a voxel
     *         of the image is not a number
     */
    public LabelledVolume load(String name, Arena arena) {
        Case wanted = find(name);
        Mask mask = Mask.read(wanted.mask(), classes(), arena);
        Volume image = NiftiReader.read(wanted.image(), arena).requireFinite();
        LabelledVolume stored = new LabelledVolume(name, image, mask, classes());
        Orientation orientation = Orientation.of(image.grid());
        // The mask's own affine may differ by rounding; on the image's it cannot be turned another way.
        Mask onImage = new Mask(stored.mask().name(), image.grid(), stored.mask().labels(),
                stored.mask().notes());
        return new LabelledVolume(name, orientation.toCanonical(image, arena),
                orientation.toCanonical(onImage, arena), classes());
    }
}
