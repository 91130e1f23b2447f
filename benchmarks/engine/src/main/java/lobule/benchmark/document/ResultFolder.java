package lobule.benchmark.document;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import lobule.file.AtomicFile;
import lobule.file.InputException;

/** Where one run of a benchmark leaves what it measured, and no other run does. */
public final class ResultFolder implements AutoCloseable {
    public static final String FIGURES = "figures.json";
    private static final String TABLE = "table.md";

    private final Path folder;
    private final String benchmark;
    private final Conditions conditions;

    private ResultFolder(Path folder, String benchmark, Conditions conditions) {
        this.folder = folder;
        this.benchmark = benchmark;
        this.conditions = conditions;
    }

    /**
     * Makes the folder before anything is measured: {@code PARENT/BENCHMARK-20261125-043619}, the time as in the
     * conditions, with a number behind it where another run has that name.
     *
     * @throws InputException where it cannot be made
     */
    public static ResultFolder create(Path parent, String benchmark, Conditions conditions) {
        String stem = benchmark + "-" + conditions.time().replaceAll("[-:Z]", "").replace('T', '-');
        Path folder = parent.resolve(stem);
        try {
            Files.createDirectories(parent);
            for (int next = 2; !isCreated(folder); next++) {
                folder = parent.resolve(stem + "-" + next);
            }
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be made (" + e + "); choose another place with --out.", e);
        }
        return new ResultFolder(folder, benchmark, conditions);
    }

    private static boolean isCreated(Path folder) throws IOException {
        try {
            Files.createDirectory(folder);
            return true;
        } catch (FileAlreadyExistsException e) {
            return false; // of another run
        }
    }

    public Path folder() {
        return folder;
    }

    /**
     * Writes the figures as JSON and the tables as Markdown, and prints the latter.
     *
     * @param figures anything that Jackson can write
     */
    public void write(List<Entry> entries, Object figures, String markdown, PrintWriter out) {
        Path json = folder.resolve(FIGURES);
        Path text = folder.resolve(TABLE);
        new ResultDocument(ResultDocument.SCHEMA, benchmark, conditions, entries, figures).write(json);
        AtomicFile.write(text, stream -> stream.write(markdown.getBytes(StandardCharsets.UTF_8)));
        out.println();
        out.println(markdown);
        conditions.disturbance().ifPresent(out::println);
        out.println("figures  " + json);
        out.println("table    " + text);
        out.flush();
    }

    /** Writes {@code NAME.png} and returns its place. */
    public Path write(String name, BufferedImage picture) {
        Path png = folder.resolve(name + ".png");
        AtomicFile.write(png, stream -> ImageIO.write(picture, "png", stream));
        return png;
    }

    /** Removes the folder where the run came to nothing. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(folder);
        } catch (DirectoryNotEmptyException e) {
            return; // as it should be
        } catch (IOException e) {
            throw new InputException(folder + ": is empty and cannot be removed (" + e + ").", e);
        }
    }
}
