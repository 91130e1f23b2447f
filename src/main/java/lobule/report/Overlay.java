package lobule.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.nio.file.Path;

/** A picture of truth and prediction as outlines on the CT: one slice, or nine spread evenly over a block. */
public final class Overlay {
    private static final int MOST_SLICES = 9;
    private static final int TILE_PIXELS = 240; // a slice of a montage is enlarged to about this
    private static final int SINGLE_PIXELS = 480; // and one that stands alone to this
    private static final int LARGEST_SCALE = 16;
    private static final int GAP = 6;
    private static final int MARGIN = 18;
    private static final int CAPTION_HEIGHT = 44;
    private static final int LEGEND_HEIGHT = 40;
    private static final int LEAST_WIDTH = 560; // room for the legend
    private static final Color BACKGROUND = new Color(0x14161a);
    private static final Color TEXT = new Color(0xe8eaed);
    private static final Color FAINT_TEXT = new Color(0x9aa0a8);

    private final LabelledSlices slices;
    private final SlicePainter painter;
    private final int[] shown;
    private final int columns;
    private final int rows;

    private Overlay(LabelledSlices slices, float black, float white) {
        this.slices = slices;
        int pixels = slices.depth() == 1 ? SINGLE_PIXELS : TILE_PIXELS;
        int scale = Math.clamp(Math.ceilDiv(pixels, Math.max(slices.width(), slices.height())), 1, LARGEST_SCALE);
        this.painter = new SlicePainter(slices, black, white, scale);
        this.shown = evenlySpaced(slices.depth());
        this.columns = (int) Math.ceil(Math.sqrt(shown.length));
        this.rows = Math.ceilDiv(shown.length, columns);
    }

    /**
     * Writes the picture as PNG.
     *
     * @param caption one line above the slices
     * @param black   the intensity drawn black: -1 for windowed intensities, -160 for HU
     * @param white   the intensity drawn white: 1 for windowed intensities, 240 for HU
     * @throws PictureException              where this machine cannot draw
     * @throws lobule.file.InputException where the place cannot be written to
     */
    public static void write(Path file, String caption, LabelledSlices slices, float black, float white) {
        new Overlay(slices, black, white).write(file, caption);
    }

    private void write(Path file, String caption) {
        int width = Math.max(LEAST_WIDTH, montageWidth() + 2 * MARGIN);
        int height = CAPTION_HEIGHT + rows * (painter.height() + GAP) - GAP + LEGEND_HEIGHT;
        Png.write(file, width, height, canvas -> draw(canvas, width, height, caption));
    }

    private int montageWidth() {
        return columns * (painter.width() + GAP) - GAP;
    }

    private void draw(Graphics2D canvas, int width, int height, String caption) {
        canvas.setColor(BACKGROUND);
        canvas.fillRect(0, 0, width, height);
        canvas.setColor(TEXT);
        canvas.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
        canvas.drawString(caption, MARGIN, 28);
        for (int tile = 0; tile < shown.length; tile++) {
            int left = (width - montageWidth()) / 2 + tile % columns * (painter.width() + GAP);
            paintTile(canvas, shown[tile], left, CAPTION_HEIGHT + tile / columns * (painter.height() + GAP));
        }
        paintLegend(canvas, width, height - LEGEND_HEIGHT / 2);
    }

    private void paintTile(Graphics2D canvas, int z, int left, int top) {
        Graphics2D tile = (Graphics2D) canvas.create(left, top, painter.width(), painter.height());
        try {
            tile.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_OFF);
            painter.paint(tile, z);
            if (slices.depth() > 1) {
                tile.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
                tile.setColor(Color.BLACK);
                tile.drawString("z " + z, 7, 17); // a shadow, legible on bone
                tile.setColor(TEXT);
                tile.drawString("z " + z, 6, 16);
            }
        } finally {
            tile.dispose();
        }
    }

    private static void paintLegend(Graphics2D canvas, int width, int middle) {
        canvas.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        int x = MARGIN;
        x = paintEntry(canvas, SlicePainter.TRUTH, "truth", x, middle);
        x = paintEntry(canvas, SlicePainter.PREDICTION, "prediction", x, middle);
        paintEntry(canvas, SlicePainter.BOTH, "both", x, middle);
        String view = "front up, patient's right on the left";
        canvas.setColor(FAINT_TEXT);
        canvas.drawString(view, width - MARGIN - canvas.getFontMetrics().stringWidth(view), middle + 5);
    }

    private static int paintEntry(Graphics2D canvas, Color colour, String name, int x, int middle) {
        canvas.setColor(colour);
        canvas.fillRect(x, middle - 1, 20, 3);
        canvas.setColor(TEXT);
        canvas.drawString(name, x + 27, middle + 5);
        return x + 27 + canvas.getFontMetrics().stringWidth(name) + 22;
    }

    /** The middles of nine equal pieces of the block, or every slice where there are fewer. */
    private static int[] evenlySpaced(int depth) {
        int count = Math.min(depth, MOST_SLICES);
        int[] slices = new int[count];
        for (int i = 0; i < count; i++) {
            slices[i] = (int) ((2L * i + 1) * depth / (2L * count));
        }
        return slices;
    }
}
