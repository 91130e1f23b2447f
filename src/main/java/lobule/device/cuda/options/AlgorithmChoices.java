package lobule.device.cuda.options;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * All choices of a run, to be saved with it and taken again when it is resumed. They hold for one device and one cuDNN:
 * on another they are made anew.
 *
 * @param device  name of the device and versions of the libraries they were made for
 * @param choices by convolution, in alphabetical order, as {@code forward (1x32x146x146x138) by (64x32x3x3x3) FP32}
 */
public record AlgorithmChoices(String device, Map<String, AlgorithmChoice> choices) {
    public AlgorithmChoices {
        Objects.requireNonNull(device, "device");
        choices.values().forEach(Objects::requireNonNull);
        choices = Collections.unmodifiableMap(new TreeMap<>(choices));
    }

    /** Nothing chosen yet. */
    public static AlgorithmChoices none() {
        return new AlgorithmChoices("", Map.of());
    }
}
