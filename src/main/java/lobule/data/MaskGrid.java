package lobule.data;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import lobule.file.InputException;

/** Which grid a mask lies on. */
public enum MaskGrid {
    /** The one in its own header, which must be its image's. */
    OWN,
    /** That of its image, where the sizes agree, whatever its own header says. */
    IMAGE;

    /** @throws InputException naming those there are */
    public static MaskGrid of(String setting, String label) {
        return Arrays.stream(values()).filter(grid -> grid.label().equals(label)).findFirst().orElseThrow(
                () -> new InputException(setting + " is \"" + label + "\", expected "
                        + Arrays.stream(values()).map(MaskGrid::label).collect(Collectors.joining(" or ")) + "."));
    }

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
