package lobule.benchmark.report;

import java.awt.image.BufferedImage;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.imageio.ImageIO;
import lobule.benchmark.machine.Machine;
import lobule.file.AtomicFile;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Where a benchmark leaves its figures: all of them as JSON, the tables as Markdown. */
public record ResultFolder(Path folder) {
    /** Processes of others at work, averaged over a minute. */
    private static final double BUSY = 0.5;
    private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /**
     * Writes {@code NAME.json} and {@code NAME.md}, and prints the latter.
     *
     * @param machine as it was before the benchmark
     * @param figures anything that Jackson can write
     */
    public void write(String name, Machine machine, Object figures, String markdown, PrintWriter out) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("machine", machine);
        all.put("figures", figures);
        Path json = folder.resolve(name + ".json");
        Path text = folder.resolve(name + ".md");
        AtomicFile.write(json, stream -> stream.write(JSON.writeValueAsBytes(all)));
        AtomicFile.write(text, stream -> stream.write(markdown.getBytes(StandardCharsets.UTF_8)));
        out.println();
        out.println(markdown);
        out.println("load     " + machine.load() + " before this run" + (machine.load() > BUSY
                ? ": others were at work, so times are no good" : ""));
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
}
