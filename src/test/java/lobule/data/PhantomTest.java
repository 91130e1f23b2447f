package lobule.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Graphics;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import lobule.image.IntensityWindow;
import lobule.image.Orientation;
import org.junit.jupiter.api.Test;

class PhantomTest {
    private static final long[] SLICES = {16, 40, 64, 84, 100, 118};
    private static final int SCALE = 3;

    /** Also drawn to target/pictures/phantom.png, to be looked at. */
    @Test
    void hasALiverOfHumanSizeAmongNeighboursOfItsBrightness() throws IOException {
        LabelledVolume phantom = Phantom.ofSeed(1).generate(Arena.ofAuto());
        draw(phantom, Path.of("target/pictures/phantom.png"));
        double millilitres = phantom.foregroundVoxels() * phantom.grid().affine().determinant() / 1000;
        assertTrue(millilitres > 900 && millilitres < 2500, "liver of " + millilitres + " ml");
        assertEquals("RAS", Orientation.of(phantom.grid()).code());
        long asBright = 0;
        long liver = 0;
        double sum = 0;
        for (long z = 0; z < 128; z++) {
            for (long y = 0; y < 160; y++) {
                for (long x = 0; x < 160; x++) {
                    float value = phantom.image().at(x, y, z);
                    boolean inside = phantom.mask().at(x, y, z) == 1;
                    liver += inside ? 1 : 0;
                    sum += inside ? value : 0;
                    asBright += !inside && value > 90 && value < 130 ? 1 : 0;
                }
            }
        }
        assertEquals(112, sum / liver, 8, "mean HU of the liver");
        assertTrue(asBright > liver / 10, "brightness alone must not tell: " + asBright + " of " + liver);
    }

    @Test
    void isTheSameForASeedAndAnotherForAnother() {
        LabelledVolume first = new Phantom(48, 44, 12, 5).generate(Arena.ofAuto());
        LabelledVolume again = new Phantom(48, 44, 12, 5).generate(Arena.ofAuto());
        LabelledVolume other = new Phantom(48, 44, 12, 6).generate(Arena.ofAuto());
        assertEquals(-1, first.image().voxels().mismatch(again.image().voxels()));
        assertEquals(-1, first.mask().labels().mismatch(again.mask().labels()));
        assertNotEquals(-1, first.image().voxels().mismatch(other.image().voxels()));
        assertNotEquals(-1, first.mask().labels().mismatch(other.mask().labels()), "the shape changes, too");
    }

    @Test
    void hasALiverAtAnySizeAndInASingleSlice() {
        long[][] sizes = {{160, 160, 1}, {32, 32, 32}, {20, 24, 16}, {64, 33, 7}};
        for (long[] size : sizes) {
            for (long seed = 0; seed < 5; seed++) {
                LabelledVolume phantom = new Phantom(size[0], size[1], size[2], seed).generate(Arena.ofAuto());
                double share = phantom.foregroundVoxels() / (double) phantom.grid().voxels();
                assertTrue(share > 0.01 && share < 0.3, phantom.grid().sizeText() + ": " + share);
            }
        }
    }

    private static void draw(LabelledVolume phantom, Path file) throws IOException {
        int width = (int) phantom.grid().sizeX() * SCALE;
        int height = (int) phantom.grid().sizeY() * SCALE;
        BufferedImage picture = new BufferedImage(3 * width, 2 * height, BufferedImage.TYPE_INT_RGB);
        Graphics canvas = picture.getGraphics();
        for (int i = 0; i < SLICES.length; i++) {
            canvas.drawImage(slice(phantom, SLICES[i]), i % 3 * width, i / 3 * height, width, height, null);
        }
        Files.createDirectories(file.getParent());
        ImageIO.write(picture, "png", file.toFile());
    }

    private static BufferedImage slice(LabelledVolume volume, long z) {
        int width = (int) volume.grid().sizeX();
        int height = (int) volume.grid().sizeY();
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                float value = IntensityWindow.SOFT_TISSUE.apply(volume.image().at(width - 1 - x, height - 1 - y, z));
                int grey = Math.round((value + 1) * 127.5f);
                boolean liver = volume.mask().at(width - 1 - x, height - 1 - y, z) == 1;
                picture.setRGB(x, y, grey << 16 | grey << 8 | (liver ? Math.min(255, grey + 50) : grey));
            }
        }
        return picture;
    }
}
