package lobule.benchmark.contest;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Seconds a step along each axis, side by side, one line a contender. */
public final class ScalingPlot {
    private static final int WIDTH = 560;
    private static final int HEIGHT = 420;
    private static final List<Color> COLOURS = List.of(new Color(0x2a8a5b), new Color(0xc8553d), new Color(0x3b6fb6));

    private ScalingPlot() {}

    /** One panel an axis, from 0 seconds. */
    public static BufferedImage draw(List<Scaling> scalings) {
        BufferedImage picture = new BufferedImage(WIDTH * scalings.size(), HEIGHT, BufferedImage.TYPE_INT_RGB);
        Graphics2D canvas = picture.createGraphics();
        try {
            canvas.setColor(Color.WHITE);
            canvas.fillRect(0, 0, picture.getWidth(), HEIGHT);
            for (Scaling scaling : scalings) {
                panel(scaling).paint(canvas, WIDTH, HEIGHT);
                canvas.translate(WIDTH, 0);
            }
        } finally {
            canvas.dispose();
        }
        return picture;
    }

    private static XYChart panel(Scaling scaling) {
        XYChart panel = new XYChartBuilder().width(WIDTH).height(HEIGHT).xAxisTitle(scaling.axis())
                .yAxisTitle("seconds a step").build();
        panel.getStyler().setYAxisMin(0.0).setChartBackgroundColor(Color.WHITE).setChartPadding(12)
                .setLegendPosition(LegendPosition.OutsideS).setLegendBorderColor(Color.WHITE);
        panel.getStyler().setPlotBorderVisible(false).setMarkerSize(7);
        panel.getStyler().setXAxisDecimalPattern("#").setLegendLayout(LegendLayout.Horizontal);
        List<Result> contenders = scaling.outcomes().getFirst().results();
        for (int i = 0; i < contenders.size(); i++) {
            List<Double> medians = new ArrayList<>();
            for (Outcome outcome : scaling.outcomes()) {
                medians.add(outcome.results().get(i).median());
            }
            XYSeries series = panel.addSeries(contenders.get(i).contender(), scaling.values(), medians);
            series.setMarker(SeriesMarkers.CIRCLE).setMarkerColor(COLOURS.get(i)).setLineColor(COLOURS.get(i));
        }
        return panel;
    }
}
