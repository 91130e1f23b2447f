package lobule.report;

import java.awt.AWTError;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import lobule.file.AtomicFile;

/** Draws pictures and writes them to files. */
final class Png {
    private Png() {}

    /**
     * @param drawing puts the picture on a black canvas of the size given
     * @throws PictureException              where this machine cannot draw; nothing is written then
     * @throws lobule.file.InputException where the place cannot be written to
     */
    static void write(Path file, int width, int height, Consumer<Graphics2D> drawing) {
        byte[] png;
        try {
            png = encoded(drawn(width, height, drawing));
        } catch (RuntimeException | LinkageError | AWTError | InternalError e) {
            // Java's drawing needs fonts and libraries of the system, and fails in all these ways without them
            throw new PictureException(e);
        }
        AtomicFile.write(file, out -> out.write(png));
    }

    private static BufferedImage drawn(int width, int height, Consumer<Graphics2D> drawing) {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D canvas = picture.createGraphics();
        try {
            canvas.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
            canvas.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
            canvas.setRenderingHint(RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
            drawing.accept(canvas);
        } finally {
            canvas.dispose();
        }
        return picture;
    }

    private static byte[] encoded(BufferedImage picture) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(picture, "png", out);
        } catch (IOException e) {
            throw new UncheckedIOException("memory can always be written to", e);
        }
        return bytes.toByteArray();
    }
}
