package lobule.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Loss and Jaccard over the steps, side by side: each step's own value thin, the evaluations over it with markers. */
public final class ProgressPlot {
    private static final int PANEL_WIDTH = 720;
    private static final int PANEL_HEIGHT = 480;
    private static final int TITLE_HEIGHT = 44;
    private static final int BUCKETS = 700; // about one a pixel of the panel
    private static final int MOST_MARKERS = 60; // more run into each other
    private static final Color TEXT = new Color(0x2b2f36);
    private static final Color GRID = new Color(0xe6e8ec);
    private static final Color LOSS = new Color(0x3b6fb6);
    private static final Color LOSS_FAINT = new Color(0xa9c3e6);
    private static final Color JACCARD = new Color(0x2a8a5b);
    private static final Color JACCARD_FAINT = new Color(0xa3d6be);

    private ProgressPlot() {}

    /**
     * Writes a PNG of 1440 x 524 pixels.
     *
     * @param title  the run, as in its experiment's name
     * @param points in the order of their steps; none at all gives empty axes
     * @throws PictureException              where this machine cannot draw
     * @throws lobule.file.InputException where the place cannot be written to
     */
    public static void write(Path file, String title, List<CurvePoint> points) {
        Png.write(file, 2 * PANEL_WIDTH, PANEL_HEIGHT + TITLE_HEIGHT, canvas -> draw(canvas, title, points));
    }

    private static void draw(Graphics2D canvas, String title, List<CurvePoint> points) {
        canvas.setColor(Color.WHITE);
        canvas.fillRect(0, 0, 2 * PANEL_WIDTH, PANEL_HEIGHT + TITLE_HEIGHT);
        canvas.setColor(TEXT);
        canvas.setFont(new Font(Font.SANS_SERIF, Font.BOLD, 18));
        canvas.drawString(title, 24, 30);
        canvas.translate(0, TITLE_HEIGHT);
        lossPanel(points).paint(canvas, PANEL_WIDTH, PANEL_HEIGHT);
        canvas.translate(PANEL_WIDTH, 0);
        jaccardPanel(points).paint(canvas, PANEL_WIDTH, PANEL_HEIGHT);
    }

    private static XYChart lossPanel(List<CurvePoint> points) {
        XYChart panel = panel("Loss", points, LegendPosition.InsideNE);
        add(panel, "each step", points, CurvePoint::loss, LOSS_FAINT, false);
        add(panel, "evaluation", points, CurvePoint::evalLoss, LOSS, true);
        panel.getStyler().setYAxisMin(0.0).setYAxisMax(lossCeiling(points));
        return panel;
    }

    private static XYChart jaccardPanel(List<CurvePoint> points) {
        XYChart panel = panel("Jaccard", points, LegendPosition.InsideSE);
        add(panel, "each step", points, CurvePoint::jaccard, JACCARD_FAINT, false);
        add(panel, "evaluation", points, CurvePoint::evalJaccard, JACCARD, true);
        panel.getStyler().setYAxisMin(0.0).setYAxisMax(1.0);
        return panel;
    }

    private static XYChart panel(String yTitle, List<CurvePoint> points, LegendPosition legend) {
        XYChart panel = new XYChartBuilder().width(PANEL_WIDTH).height(PANEL_HEIGHT)
                .xAxisTitle("Step").yAxisTitle(yTitle).build();
        XYStyler style = panel.getStyler();
        Font plain = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
        style.setChartBackgroundColor(Color.WHITE).setChartFontColor(TEXT).setChartPadding(12)
                .setLegendPosition(legend).setLegendFont(plain).setLegendBorderColor(GRID)
                .setLegendBackgroundColor(Color.WHITE);
        style.setPlotBackgroundColor(Color.WHITE).setPlotBorderVisible(false).setPlotContentSize(0.98);
        style.setPlotGridLinesColor(GRID).setAxisTickLabelsFont(plain)
                .setAxisTitleFont(plain.deriveFont(Font.BOLD, 14f))
                .setAxisTickLabelsColor(TEXT).setXAxisDecimalPattern("#,##0").setYAxisDecimalPattern("0.0##")
                .setAxisTickMarksColor(TEXT)
                .setXAxisMin(0.0).setXAxisMax(points.isEmpty() ? 10.0 : Math.max(10.0, points.getLast().step()));
        style.setMarkerSize(6);
        style.setXAxisTickMarkSpacingHint(110);
        return panel;
    }

    private static void add(XYChart panel, String name, List<CurvePoint> points, ToDoubleFunction<CurvePoint> value,
            Color colour, boolean evaluated) {
        Curve measured = Curve.of(points, value);
        double last = measured.last();
        if (Double.isNaN(last)) {
            return; // nothing to draw, and a legend must not promise it
        }
        Curve curve = (evaluated ? measured.joined() : measured).thinned(BUCKETS).unevenlySpaced();
        String label = evaluated ? String.format(Locale.ROOT, "%s (last %.3f)", name, last) : name;
        XYSeries series = panel.addSeries(label, curve.x(), curve.y());
        series.setMarkerColor(colour).setLineColor(colour).setLineWidth(evaluated ? 2f : 1f);
        boolean marked = points.size() == 1 || evaluated && curve.size() <= MOST_MARKERS;
        series.setMarker(marked ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
    }

    /** Room for all but the wildest half per cent: one exploding step must not flatten the rest. */
    private static double lossCeiling(List<CurvePoint> points) {
        double[] losses = points.stream().flatMapToDouble(p -> DoubleStream.of(p.loss(), p.evalLoss()))
                .filter(Double::isFinite).sorted().toArray();
        if (losses.length == 0) {
            return 1;
        }
        double usual = losses[(int) ((losses.length - 1) * 0.995)];
        double ceiling = 1.05 * Math.min(losses[losses.length - 1], 1.5 * usual);
        return ceiling > 0 ? ceiling : 1;
    }
}
