package lobule.verification;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoublePredicate;
import lobule.checkpoint.CheckpointException;
import lobule.checkpoint.SafeTensors;
import lobule.nn.Loss;
import lobule.nn.UNetConfig;

/** What the metadata of a training-step file say: the network, the loss and the clips of batch renormalisation. */
record FixtureMetadata(UNetConfig config, Loss loss, double rMax, double dMax, Set<String> unused) {
    private static final int NO_LABEL_IGNORED = -1;

    /** @throws CheckpointException naming the file and the key */
    static FixtureMetadata of(SafeTensors tensors) {
        return new Reader(tensors.file(), tensors.metadata()).read();
    }

    private static final class Reader {
        private final Path file;
        private final Map<String, String> metadata;
        private final Set<String> unused;

        Reader(Path file, Map<String, String> metadata) {
            this.file = file;
            this.metadata = metadata;
            this.unused = new TreeSet<>(metadata.keySet());
        }

        FixtureMetadata read() {
            UNetConfig config = config();
            Loss loss = new Loss(lossKind(), classWeights(config.classes()), ignoreLabel());
            return new FixtureMetadata(config, loss, number("r_max", value -> value >= 1, "a number of at least 1"),
                    number("d_max", value -> value >= 0, "a number of at least 0"), unused);
        }

        private UNetConfig config() {
            double epsilon = number("bn_epsilon", value -> value > 0, "a number above 0");
            double momentum = number("bn_momentum", value -> value >= 0 && value <= 1, "a number from 0 to 1");
            try {
                return new UNetConfig(count("rank"), count("in_channels"), count("classes"), count("base_channels"), 0,
                        epsilon, momentum);
            } catch (IllegalArgumentException e) {
                throw new CheckpointException(file + ": metadata: " + e.getMessage(), e);
            }
        }

        private Loss.Kind lossKind() {
            try {
                return Loss.Kind.of(text("loss"));
            } catch (IllegalArgumentException e) {
                throw new CheckpointException(file + ": metadata: " + e.getMessage(), e);
            }
        }

        private List<Double> classWeights(int classes) {
            if (!metadata.containsKey("class_weights")) {
                return List.of();
            }
            List<Double> weights = new ArrayList<>();
            for (String part : text("class_weights").split(",", -1)) {
                weights.add(number("class_weights", part, value -> value >= 0, "comma-separated numbers of at least 0"));
            }
            if (weights.size() != classes) {
                throw refused("class_weights", "one number for each of the " + classes + " classes");
            }
            return weights;
        }

        private int ignoreLabel() {
            if (!metadata.containsKey("ignore_label")) {
                return NO_LABEL_IGNORED;
            }
            return (int) number("ignore_label", value -> value == (int) value && value >= -1 && value <= 255,
                    "a label from 0 to 255, or -1 for none");
        }

        private int count(String key) {
            return (int) number(key, value -> value == (int) value && value >= 1, "a whole number of at least 1");
        }

        private double number(String key, DoublePredicate legal, String expected) {
            return number(key, text(key), legal, expected);
        }

        private double number(String key, String text, DoublePredicate legal, String expected) {
            try {
                double value = Double.parseDouble(text.strip());
                if (Double.isFinite(value) && legal.test(value)) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw refused(key, expected);
            }
            throw refused(key, expected);
        }

        private String text(String key) {
            String text = metadata.get(key);
            if (text == null) {
                throw new CheckpointException(file + ": metadata key " + key + " is missing; there are "
                        + Arrays.toString(metadata.keySet().toArray()));
            }
            unused.remove(key);
            return text;
        }

        private CheckpointException refused(String key, String expected) {
            return new CheckpointException(file + ": metadata key " + key + " is \"" + metadata.get(key) + "\", expected "
                    + expected);
        }
    }
}
