package lobule.image;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Distances (mm) between voxel centres in canonical orientation: to the right, to the front, to the head. */
public record Spacing(double x, double y, double z) {
    /** A network sees no millimetres: by this factor structures look another size than those it learned from. */
    private static final double FAR = 1.5;

    public static Spacing of(Grid grid) {
        Grid canonical = Orientation.of(grid).canonical();
        return new Spacing(canonical.spacing(0), canonical.spacing(1), canonical.spacing(2));
    }

    /** Axis by axis; of an even number the lower of the middle two. */
    public static Spacing median(List<Spacing> spacings) {
        return new Spacing(median(spacings, Spacing::x), median(spacings, Spacing::y), median(spacings, Spacing::z));
    }

    private static double median(List<Spacing> spacings, ToDoubleFunction<Spacing> axis) {
        double[] sorted = spacings.stream().mapToDouble(axis).sorted().toArray();
        return sorted[(sorted.length - 1) / 2];
    }

    /** As {@link #stored} writes it; empty for any other text. */
    public static Optional<Spacing> parse(String text) {
        try {
            double[] sizes = Arrays.stream(text.split("x", -1)).mapToDouble(Double::parseDouble).toArray();
            boolean legal = sizes.length == 3 && Arrays.stream(sizes).allMatch(size -> size > 0 && size < 1e9);
            return legal ? Optional.of(new Spacing(sizes[0], sizes[1], sizes[2])) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Exactly, for files. */
    public String stored() {
        return x + "x" + y + "x" + z;
    }

    /** Where an axis differs by more than a factor of 1.5 from the spacing that a network was or is trained on. */
    public Optional<String> doubt(Spacing trained) {
        boolean far = isFar(x, trained.x) || isFar(y, trained.y) || isFar(z, trained.z);
        return far ? Optional.of("its spacing is " + this + " mm, in training it is " + trained + " mm; what a network"
                + " learned at one spacing it finds poorly at another: resample it") : Optional.empty();
    }

    private static boolean isFar(double a, double b) {
        return Math.max(a, b) > FAR * Math.min(a, b);
    }

    /** As in messages. */
    @Override
    public String toString() {
        return Figure.of(x) + "x" + Figure.of(y) + "x" + Figure.of(z);
    }
}
