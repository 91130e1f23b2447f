package lobule.report;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import lobule.image.Mask;

/**
 * Paints one axial slice enlarged, seen from the feet as radiologists do: front up, the patient's right on the left.
 * Outlines run along the borders between voxels, so that they show the labels as they are.
 */
final class SlicePainter {
    static final Color TRUTH = new Color(0x35d07f);
    static final Color PREDICTION = new Color(0xff6a3d);
    static final Color BOTH = new Color(0xffe066);

    private final LabelledSlices slices;
    private final float black;
    private final float white;
    private final int scale;
    private final int stroke;

    SlicePainter(LabelledSlices slices, float black, float white, int scale) {
        this.slices = slices;
        this.black = black;
        this.white = white;
        this.scale = scale;
        this.stroke = scale >= 4 ? 2 : 1;
    }

    int width() {
        return slices.width() * scale;
    }

    int height() {
        return slices.height() * scale;
    }

    void paint(Graphics2D canvas, int z) {
        canvas.drawImage(grey(z), 0, 0, width(), height(), null);
        for (int row = 0; row < slices.height(); row++) {
            for (int column = 0; column < slices.width(); column++) {
                int here = voxel(z, row, column);
                int left = column * scale - stroke / 2;
                int top = row * scale - stroke / 2;
                if (column + 1 < slices.width() && choose(canvas, here, voxel(z, row, column + 1))) {
                    canvas.fillRect(left + scale, top, stroke, scale + stroke);
                }
                if (row + 1 < slices.height() && choose(canvas, here, voxel(z, row + 1, column))) {
                    canvas.fillRect(left, top + scale, scale + stroke, stroke);
                }
            }
        }
    }

    private BufferedImage grey(int z) {
        BufferedImage grey = new BufferedImage(slices.width(), slices.height(), BufferedImage.TYPE_INT_RGB);
        for (int row = 0; row < slices.height(); row++) {
            for (int column = 0; column < slices.width(); column++) {
                float share = (slices.intensities()[voxel(z, row, column)] - black) / (white - black);
                int level = Math.round(255 * Math.clamp(share, 0f, 1f));
                grey.setRGB(column, row, level << 16 | level << 8 | level);
            }
        }
        return grey;
    }

    /** The voxel shown at a row from the top and a column from the left. */
    private int voxel(int z, int row, int column) {
        return slices.index(z, slices.height() - 1 - row, slices.width() - 1 - column);
    }

    /** Sets the colour of the border between two voxels; false where there is no border, or the truth is unknown. */
    private boolean choose(Graphics2D canvas, int a, int b) {
        byte ignore = (byte) Mask.IGNORE;
        if (slices.truth()[a] == ignore || slices.truth()[b] == ignore) {
            return false;
        }
        boolean truth = slices.truth()[a] != slices.truth()[b];
        boolean prediction = slices.prediction()[a] != slices.prediction()[b];
        canvas.setColor(truth && prediction ? BOTH : truth ? TRUTH : PREDICTION);
        return truth || prediction;
    }
}
