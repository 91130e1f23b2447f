package lobule.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import lobule.data.LabelledVolume;
import lobule.data.Patch;
import lobule.data.PatchSampler;
import lobule.data.PatchShape;
import lobule.data.Phantom;
import lobule.image.IntensityWindow;
import org.junit.jupiter.api.Test;

class OverlayTest {
    private static final Path PICTURES = Path.of("target/pictures");

    @Test
    void showsABlockAsMontage() throws IOException {
        LabelledSlices slices = phantom(PatchShape.block(60, 60, 52, 44));
        BufferedImage picture = write("overlay-block.png", slices);
        for (Color colour : new Color[] {SlicePainter.TRUTH, SlicePainter.PREDICTION, SlicePainter.BOTH}) {
            assertTrue(count(picture, colour) > 500, "outline in " + colour);
        }
    }

    @Test
    void showsOneSlice() throws IOException {
        write("overlay-slice.png", phantom(PatchShape.slice(60, 60, 44)));
        write("overlay-tiny.png", phantom(PatchShape.block(4, 12, 12, 44)));
    }

    @Test
    void drawsEachBorderInItsColourAndIgnoredVoxelsInNone() throws IOException {
        // x to the left in the picture: columns 3 2 1 0 of each row, y upwards
        byte[] truth = {0, 1, 1, 0, 0, 1, 1, 0};
        byte[] prediction = {0, 1, 0, 0, 0, 1, 0, 0};
        BufferedImage picture =
                write("overlay-borders.png", new LabelledSlices(1, 2, 4, new float[8], truth, prediction));
        int legend = count(picture, SlicePainter.TRUTH, 44 + 32, picture.getHeight());
        assertEquals(2 * 32, count(picture, SlicePainter.TRUTH) - legend, "two pixels wide over two voxels of 16");
        assertEquals(2 * 32, count(picture, SlicePainter.PREDICTION) - legend);
        assertEquals(2 * 32, count(picture, SlicePainter.BOTH) - legend);

        byte[] unknown = {(byte) 255, 1, 1, (byte) 255, (byte) 255, 1, 1, (byte) 255};
        picture = write("overlay-ignored.png", new LabelledSlices(1, 2, 4, new float[8], unknown, prediction));
        assertEquals(0, count(picture, SlicePainter.TRUTH) - legend);
        assertEquals(0, count(picture, SlicePainter.BOTH) - legend);
        assertEquals(2 * 32, count(picture, SlicePainter.PREDICTION) - legend);
    }

    @Test
    void putsThePatientsRightOnTheLeftAndTheFrontUp() throws IOException {
        float[] intensities = new float[60 * 60];
        intensities[59 * 60 + 59] = 1; // largest x (right), largest y (front)
        BufferedImage picture = write("overlay-corner.png",
                new LabelledSlices(1, 60, 60, intensities, new byte[3600], new byte[3600]));
        int left = (picture.getWidth() - 480) / 2;
        assertTrue((picture.getRGB(left + 1, 44 + 1) & 255) > 200, "white at the top left");
    }

    @Test
    void refusesArraysOfAnotherSize() {
        assertThrows(IllegalArgumentException.class,
                () -> new LabelledSlices(1, 2, 2, new float[4], new byte[3], new byte[4]));
    }

    private static BufferedImage write(String name, LabelledSlices slices) throws IOException {
        Overlay.write(PICTURES.resolve(name), "step 600, Jaccard 0.914", slices, -1, 1);
        return ImageIO.read(PICTURES.resolve(name).toFile());
    }

    /** The overfit patch of the phantom; the prediction is the truth shifted by a voxel, with a hole. */
    private static LabelledSlices phantom(PatchShape shape) {
        Arena arena = Arena.ofAuto();
        LabelledVolume volume = Phantom.ofSeed(1).generate(arena).windowed(IntensityWindow.SOFT_TISSUE, arena);
        Patch patch = new PatchSampler(volume, shape, true).overfit();
        int voxels = (int) shape.outputVoxels();
        float[] intensities = new float[voxels];
        byte[] truth = new byte[voxels];
        byte[] prediction = new byte[voxels];
        patch.withoutPadding().copyInput(volume.image(), MemorySegment.ofArray(intensities));
        patch.copyTarget(volume.mask(), MemorySegment.ofArray(truth));
        for (int i = 0; i < voxels; i++) {
            boolean hole = i % shape.width() > 20 && i % shape.width() < 26 && i / shape.width() % 10 < 3;
            prediction[i] = hole ? 0 : truth[Math.max(0, i - (i / shape.width() % shape.height() > 30 ? 2 : 0))];
        }
        return new LabelledSlices(shape.depth(), shape.height(), shape.width(), intensities, truth, prediction);
    }

    private static int count(BufferedImage picture, Color colour) {
        return count(picture, colour, 0, picture.getHeight());
    }

    private static int count(BufferedImage picture, Color colour, int fromRow, int toRow) {
        int count = 0;
        for (int y = fromRow; y < toRow; y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                count += (picture.getRGB(x, y) & 0xffffff) == (colour.getRGB() & 0xffffff) ? 1 : 0;
            }
        }
        return count;
    }
}
