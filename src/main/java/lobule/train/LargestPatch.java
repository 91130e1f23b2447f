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

    /**
     * Refuses at once what no plan could fit: preparing the kernels of a patch far too large takes minutes.
     *
     * @throws OutOfDeviceMemoryException naming the largest patch that fits
     */
    void requireRoom() {
        try (Buffer _ = device.allocate(leastBytes(config.output()))) {
            return;
        } catch (OutOfDeviceMemoryException e) {
            throw explain(e);
        }
    }

    /** Every plan holds the output of the first level's second convolution. */
    private long leastBytes(Shape output) {
        Shape largest = config.unet().inputShape(output).withChannels(2L * config.network().baseChannels());
        for (int axis = 0; axis < largest.spatialRank(); axis++) {
            largest = largest.withSpatial(axis, largest.spatial(axis) - 4);
        }
        return Math.multiplyExact(largest.elements(), (long) Float.BYTES);
    }

    private boolean fits(Shape output) {
        return holds(leastBytes(output)) && holds(TrainingModel.plannedBytes(device, config.unet(), output,
                config.objective(), config.optimizerOp(), config.recomputation()));
    }

    private boolean holds(long bytes) {
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
