package lobule.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.OutOfDeviceMemoryException;
import lobule.nn.TrainingModel;
import lobule.nn.UNetConfig;
import lobule.tensor.Shape;

/** Finds what still fits where a patch did not: the same shape made smaller along its longest axis, again and again. */
final class LargestPatch {
    /** Sizes are 8k + 4. */
    private static final long STEP = 8;

    private final Device device;
    private final TrainConfig config;

    LargestPatch(Device device, TrainConfig config) {
        this.device = device;
        this.config = config;
    }

    /** The same refusal, with the largest patch that the device has memory for. */
    OutOfDeviceMemoryException explain(OutOfDeviceMemoryException refusal) {
        String advice = find().map(patch -> "; the largest patch that fits is " + patch)
                .orElse("; not even the smallest patch fits: fewer base channels do");
        return new OutOfDeviceMemoryException(refusal.getMessage() + advice, refusal.requestedBytes(), refusal);
    }

    private Optional<String> find() {
        List<Shape> smaller = smaller(config.output());
        int fitting = smaller.size();
        int first = 0;
        while (first < fitting) {
            int middle = (first + fitting) / 2;
            if (fits(smaller.get(middle))) {
                fitting = middle;
            } else {
                first = middle + 1;
            }
        }
        return fitting == smaller.size() ? Optional.empty() : Optional.of(text(smaller.get(fitting)));
    }

    /** Largest first. */
    private static List<Shape> smaller(Shape output) {
        List<Shape> shapes = new ArrayList<>();
        Shape shape = output;
        while (true) {
            int longest = longest(shape);
            long size = shape.spatial(longest) - STEP;
            if (!UNetConfig.legalOutput(size)) {
                return shapes;
            }
            shape = shape.withSpatial(longest, size);
            shapes.add(shape);
        }
    }

    private static int longest(Shape shape) {
        int longest = 0;
        for (int axis = 1; axis < shape.spatialRank(); axis++) {
            longest = shape.spatial(axis) > shape.spatial(longest) ? axis : longest;
        }
        return longest;
    }

    private boolean fits(Shape output) {
        long bytes = TrainingModel.plannedBytes(device, config.unet(), output, config.objective(),
                config.optimizerOp(), config.recomputation());
        try (Buffer _ = device.allocate(bytes)) {
            return true;
        } catch (OutOfDeviceMemoryException e) {
            return false;
        }
    }

    private static String text(Shape output) {
        return output.sizes().subList(2, output.rank()).stream().map(String::valueOf).collect(Collectors.joining("x"));
    }
}
