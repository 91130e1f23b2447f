package lobule.report;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.XMLStreamException;
import lobule.file.AtomicFile;

/**
 * An arena over time: nodes from left to right, addresses from bottom to top, one box a block.
 *
 * @param title           of the picture
 * @param boxes           what is in the arena
 * @param phases          of the step, side by side, from node 0 to the last
 * @param stages          named parts of the phases, marked under the axis
 * @param bytes           size of the arena
 * @param lowerBoundBytes drawn as a line: no plan can be lower
 */
public record ArenaPicture(String title, List<Box> boxes, List<Phase> phases, List<Stage> stages, long bytes,
                           long lowerBoundBytes) {
    private static final int WIDTH = 1400;
    private static final int HEIGHT = 760;
    private static final double LEFT = 64;
    private static final double RIGHT = 16;
    private static final double TOP = 64;
    private static final double BOTTOM = 56;
    /** Of a letter, in parts of the font's size; about right for Helvetica. */
    private static final double LETTER = 0.56;
    private static final double LARGEST_FONT = 12;
    private static final double SMALLEST_FONT = 6;
    private static final double GIBIBYTE = 1 << 30;
    private static final String INK = "#2b2f36";
    private static final String GRID = "#e6e8ec";

    /** What a block is for, and its colour. */
    public enum Kind {
        INPUT("input", "#c9ccd3"),
        KEPT("kept for the backward pass", "#9dbfe8"),
        TEMPORARY("temporary", "#f5cf8e"),
        WORKSPACE("workspace", "#e39a94");

        private final String label;
        private final String colour;

        Kind(String label, String colour) {
            this.label = label;
            this.colour = colour;
        }
    }

    /**
     * A block.
     *
     * @param first node that makes it; -1 where it is there from the start
     * @param last  last node that needs it
     * @param from  its first byte
     * @param to    the byte behind it
     */
    public record Box(String name, Kind kind, int first, int last, long from, long to) {}

    /** @param nodeWidth relative to other phases */
    public record Phase(String name, int first, int last, double nodeWidth) {}

    /** Nodes that belong together. */
    public record Stage(String name, int first, int last) {}

    /** @throws lobule.file.InputException where the place cannot be written to */
    public void write(Path file) {
        AtomicFile.write(file, out -> Svg.write(out, WIDTH, HEIGHT, this::draw));
    }

    private void draw(Svg svg) throws XMLStreamException {
        svg.text(LEFT, 26, 16, "start", title);
        legend(svg);
        addresses(svg);
        for (Box box : boxes) {
            draw(svg, box);
        }
        for (Phase phase : phases) {
            phase(svg, phase);
        }
        for (Stage stage : stages) {
            stage(svg, stage);
        }
        double bound = y(lowerBoundBytes);
        svg.line(LEFT, bound, WIDTH - RIGHT, bound, "#b0342c", "6 4");
    }

    private void legend(Svg svg) throws XMLStreamException {
        double x = LEFT;
        for (Kind kind : Kind.values()) {
            svg.box(x, 38, 12, 12, kind.colour, INK, "");
            svg.text(x + 17, 48, 11, "start", kind.label);
            x += 34 + width(kind.label, 11);
        }
        svg.line(x, 44, x + 24, 44, "#b0342c", "6 4");
        svg.text(x + 30, 48, 11, "start", "lower bound: the most that lives at one node");
    }

    /** Gridlines at round sizes, about eight of them. */
    private void addresses(Svg svg) throws XMLStreamException {
        double gibibytes = bytes / GIBIBYTE;
        double step = Math.pow(2, Math.floor(Math.log(Math.max(gibibytes, 1e-6) / 5) / Math.log(2)));
        for (double tick = 0; tick <= gibibytes; tick += step) {
            double y = y((long) (tick * GIBIBYTE));
            svg.line(LEFT, y, WIDTH - RIGHT, y, GRID, "none");
            svg.text(LEFT - 6, y + 4, 11, "end", label(tick, step));
        }
    }

    private static String label(double gibibytes, double step) {
        double mebibytes = gibibytes * 1024;
        return step >= 1.0 / 8 ? String.format(Locale.ROOT, "%.2f GiB", gibibytes)
                : String.format(Locale.ROOT, step * 1024 < 1 ? "%.2f MiB" : "%.0f MiB", mebibytes);
    }

    private void draw(Svg svg, Box box) throws XMLStreamException {
        double x = x(Math.max(box.first, 0));
        double width = x(Math.min(box.last, lastNode()) + 1) - x;
        double y = y(box.to);
        double height = y(box.from) - y;
        svg.box(x, y, width, height, box.kind.colour, INK, String.format(Locale.ROOT, "%s: %s, %.1f MiB at %.1f MiB,"
                        + " nodes %d to %d", box.name, box.kind.label, (box.to - box.from) / (GIBIBYTE / 1024),
                box.from / (GIBIBYTE / 1024), box.first, box.last));
        double font = Math.min(LARGEST_FONT, Math.min(height - 1, (width - 4) / (LETTER * box.name.length())));
        if (font >= SMALLEST_FONT) {
            svg.text(x + 2, y + height / 2 + font * 0.35, font, "start", box.name);
        }
    }

    private void phase(Svg svg, Phase phase) throws XMLStreamException {
        double end = x(phase.last + 1);
        svg.line(end, TOP - 4, end, HEIGHT - BOTTOM + 40, INK, "none");
        svg.text((x(phase.first) + end) / 2, HEIGHT - BOTTOM + 40, 12, "middle", phase.name);
    }

    private void stage(Svg svg, Stage stage) throws XMLStreamException {
        double start = x(stage.first);
        double end = x(stage.last + 1);
        svg.line(start, HEIGHT - BOTTOM, start, HEIGHT - BOTTOM + 6, INK, "none");
        double font = Math.min(LARGEST_FONT, (end - start - 2) / (LETTER * stage.name.length()));
        if (font >= SMALLEST_FONT) {
            svg.text((start + end) / 2, HEIGHT - BOTTOM + 18, font, "middle", stage.name);
        }
    }

    private static double width(String text, double font) {
        return text.length() * LETTER * font;
    }

    private int lastNode() {
        return phases.getLast().last;
    }

    private double y(long address) {
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * address / Math.max(bytes, lowerBoundBytes);
    }

    /** Left edge of a node. */
    private double x(int node) {
        double all = phases.stream().mapToDouble(phase -> (phase.last - phase.first + 1) * phase.nodeWidth).sum();
        double before = phases.stream().mapToDouble(phase ->
                Math.clamp(node - phase.first, 0, phase.last - phase.first + 1) * phase.nodeWidth).sum();
        return LEFT + (WIDTH - LEFT - RIGHT) * before / all;
    }
}
