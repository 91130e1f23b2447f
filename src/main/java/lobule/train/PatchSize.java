package lobule.train;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import lobule.data.PatchShape;
import lobule.file.InputException;
import lobule.nn.UNetConfig;

/** Patch sizes as settings write them: 60x60x52 (depth, height, width), or 60x60 (height, width) of a slice. */
public final class PatchSize {
    private static final Pattern TEXT = Pattern.compile("\\d{1,5}(x\\d{1,5}){1,2}");
    private static final long STRIDE = 8;
    /** 4 TiB of floats; with all channels and nodes of a network sums of bytes stay below 2^63. */
    private static final long MOST_VOXELS = 1L << 40;

    private PatchSize() {}

    /**
     * @param setting what messages call it
     * @param rank    of the network
     * @throws InputException naming the nearest legal sizes
     */
    public static PatchShape parse(String setting, String text, int rank) {
        if (!TEXT.matcher(text).matches()) {
            throw wrongForm(setting, text, rank);
        }
        List<Integer> sizes = new ArrayList<>();
        for (String size : text.split("x", -1)) {
            sizes.add(Integer.parseInt(size));
        }
        if (sizes.size() != rank) {
            throw wrongForm(setting, text, rank);
        }
        requireLegal(setting, text, sizes);
        int padding = Math.toIntExact(UNetConfig.PADDING);
        PatchShape shape = rank == 3 ? PatchShape.block(sizes.get(0), sizes.get(1), sizes.get(2), padding)
                : PatchShape.slice(sizes.get(0), sizes.get(1), padding);
        if (shape.inputVoxels() > MOST_VOXELS) {
            throw new InputException(setting + " is " + text + ", for which the network reads " + shape.inputVoxels()
                    + " voxels, expected at most " + MOST_VOXELS + ": no device holds more.");
        }
        return shape;
    }

    private static void requireLegal(String setting, String text, List<Integer> sizes) {
        String axes = sizes.size() == 3 ? "DHW" : "HW";
        List<String> illegal = new ArrayList<>();
        for (int axis = 0; axis < sizes.size(); axis++) {
            if (!UNetConfig.legalOutput(sizes.get(axis))) {
                illegal.add(nearest(sizes.get(axis)) + " along " + axes.charAt(axis));
            }
        }
        if (!illegal.isEmpty()) {
            throw new InputException(setting + " is " + text + " but every size must be 8k + 4 to pass the four levels;"
                    + " the nearest legal ones are " + String.join(", ", illegal) + ".");
        }
    }

    private static String nearest(long size) {
        long below = UNetConfig.legalOutputBelow(size);
        return below > size ? String.valueOf(below) : below + " or " + (below + STRIDE);
    }

    private static InputException wrongForm(String setting, String text, int rank) {
        return new InputException(setting + " is \"" + text + "\", expected " + (rank == 3
                ? "depth x height x width of a 3D network's output, such as 60x60x52."
                : "height x width of a 2D network's output, such as 60x60."));
    }
}
