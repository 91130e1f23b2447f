package lobule.data;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.OptionalInt;
import lobule.image.Mask;
import lobule.image.NiftiReader;

/** Masks of background and liver, as they are in their files. */
public final class Masks {
    private Masks() {}

    public static Mask read(Path file) {
        return new MaskReader(ClassLabels.liver(OptionalInt.empty()), MaskGrid.OWN)
                .read(file, file.toString(), NiftiReader.readGrid(file), Arena.ofAuto());
    }
}
