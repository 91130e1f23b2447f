package lobule.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lobule.image.IntensityWindow;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PhantomTest {

    @Test
    void looksLikeAnAbdominalCt() throws IOException {
        LabelledVolume phantom = Phantom.ofSeed(1).generate();
        for (int i = 0; i < 3; i++) {
            long t = System.nanoTime();
            Phantom.ofSeed(1).generate();
            System.out.println("TIME " + (System.nanoTime() - t) / 1e9);
        }
        Files.createDirectories(Path.of("target/pictures"));
        for (long z : new long[] {16, 40, 64, 84, 100, 118}) {
            ImageIO.write(slice(phantom, z), "png", Path.of("target/pictures/phantom-" + z + ".png").toFile());
        }
        double millilitres = phantom.foregroundVoxels() * phantom.grid().affine().determinant() / 1000;
        assertTrue(millilitres > 900 && millilitres < 2200, "liver of " + millilitres + " ml");
        assertEquals(-1000, phantom.image().at(2, 2, 64), 80, "air outside");
    }

    private static BufferedImage slice(LabelledVolume volume, long z) {
        int width = (int) volume.grid().sizeX();
        int height = (int) volume.grid().sizeY();
        BufferedImage picture = new BufferedImage(width * 3, height * 3, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height * 3; y++) {
            for (int x = 0; x < width * 3; x++) {
                long sourceX = width - 1 - x / 3;
                long sourceY = height - 1 - y / 3;
                float value = IntensityWindow.SOFT_TISSUE.apply(volume.image().at(sourceX, sourceY, z));
                int grey = Math.round((value + 1) * 127.5f);
                boolean liver = volume.mask().at(sourceX, sourceY, z) == 1;
                picture.setRGB(x, y, grey << 16 | grey << 8 | (liver ? Math.min(255, grey + 50) : grey));
            }
        }
        return picture;
    }
}
