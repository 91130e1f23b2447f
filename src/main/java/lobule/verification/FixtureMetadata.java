package lobule.verification;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import lobule.checkpoint.CheckpointException;
import lobule.checkpoint.Metadata;
import lobule.checkpoint.SafeTensors;
import lobule.nn.Loss;
import lobule.nn.UNetConfig;

/** What the metadata of a training-step file say: the network, the loss and the clips of batch renormalisation. */
record FixtureMetadata(UNetConfig config, Loss loss, double rMax, double dMax, Set<String> unused) {
    private static final int NO_LABEL_IGNORED = -1;

    /** @throws CheckpointException naming the file and the key */
    static FixtureMetadata of(SafeTensors tensors) {
        return new Reader(tensors).read();
    }

    private static final class Reader {
        private final Path file;
        private final Metadata metadata;

        Reader(SafeTensors tensors) {
            this.file = tensors.file();
            this.metadata = new Metadata(tensors);
        }

        FixtureMetadata read() {
            UNetConfig config = metadata.network();
            Loss loss = new Loss(lossKind(), classWeights(config.classes()), ignoreLabel());
            return new FixtureMetadata(config, loss,
                    metadata.number("r_max", value -> value >= 1, "a number of at least 1"),
                    metadata.number("d_max", value -> value >= 0, "a number of at least 0"), metadata.unused());
        }

        private Loss.Kind lossKind() {
            try {
                return Loss.Kind.of(metadata.text("loss"));
            } catch (IllegalArgumentException e) {
                throw new CheckpointException(file + ": metadata: " + e.getMessage(), e);
            }
        }

        private List<Double> classWeights(int classes) {
            if (!metadata.has("class_weights")) {
                return List.of();
            }
            List<Double> weights = new ArrayList<>();
            for (String part : metadata.text("class_weights").split(",", -1)) {
                weights.add(metadata.number("class_weights", part, value -> value >= 0,
                        "comma-separated numbers of at least 0"));
            }
            if (weights.size() != classes) {
                throw metadata.refused("class_weights", "one number for each of the " + classes + " classes");
            }
            return weights;
        }

        private int ignoreLabel() {
            if (!metadata.has("ignore_label")) {
                return NO_LABEL_IGNORED;
            }
            return (int) metadata.number("ignore_label", value -> value == (int) value && value >= -1 && value <= 255,
                    "a label from 0 to 255, or -1 for none");
        }
    }
}
