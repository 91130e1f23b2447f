package lobule.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lobule.data.LabelledVolume;
import lobule.image.Intensities;
import lobule.image.IntensityWindow;
import lobule.image.Spacing;

/** What is doubtful about the cases of a run, noted as they are loaded: of their files, values and spacing. */
final class CaseNotes {
    private final IntensityWindow window;
    private final Map<String, List<String>> ofFiles = new LinkedHashMap<>();
    private final Map<String, Spacing> spacings = new LinkedHashMap<>();

    CaseNotes(IntensityWindow window) {
        this.window = window;
    }

    /** Looks at a case with the intensities that its file has. */
    void look(LabelledVolume stored) {
        List<String> notes = new ArrayList<>(stored.notes());
        Intensities.of(stored.image()).doubt(window).ifPresent(notes::add);
        ofFiles.put(stored.name(), notes);
        spacings.put(stored.name(), Spacing.of(stored.grid()));
    }

    /** The median of the cases so far. */
    Spacing spacing() {
        return Spacing.median(List.copyOf(spacings.values()));
    }

    /**
     * The notes of every case that was looked at, without its name; empty lists where there are none.
     *
     * @param trained what the network is trained on
     */
    Map<String, List<String>> byCase(Spacing trained) {
        Map<String, List<String>> notes = new LinkedHashMap<>();
        ofFiles.forEach((name, ofFile) -> {
            Optional<String> far = spacings.get(name).doubt(trained);
            List<String> all = new ArrayList<>(ofFile);
            far.ifPresent(all::add);
            notes.put(name, List.copyOf(all));
        });
        return Collections.unmodifiableMap(notes);
    }
}
