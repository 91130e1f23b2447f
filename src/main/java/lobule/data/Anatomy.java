package lobule.data;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.random.RandomGenerator;

/**
 * An upper abdomen in mm around its centre, made of smooth solids: no textbook, but what makes a liver hard to find is
 * there. Neighbours of its brightness touch it (stomach, kidney, spleen, muscle), vessels run through it, and its
 * surface is uneven. Every patient drawn differs a little in size, place and surface.
 */
final class Anatomy {
    /** What is painted, in this order: the later covers the earlier. */
    record Part(Solid solid, double hounsfield) {}

    static final double AIR = -1000;
    private static final double FAT = -95;
    private static final double MUSCLE = 58;
    private static final double LUNG = -840;
    private static final double LIVER = 112;
    private static final double BLOOD = 165;

    private final RandomGenerator random;
    private final List<Part> parts = new ArrayList<>();
    private final Solid body = trunk(163, 116);
    private final Solid cavity = trunk(134, 86);
    private final Solid liver;

    Anatomy(RandomGenerator random) {
        this.random = random;
        this.liver = liverOutline();
        wall();
        lungs();
        add(Solid.ellipsoid(-24, 34, 122, 58, 46, 30).and(cavity.grown(-4)), 150); // heart
        bowel();
        neighbours();
        add(liver, LIVER);
        vessels();
        gallbladder();
        spine();
        ribs();
    }

    List<Part> parts() {
        return parts;
    }

    /** The organ the mask shows, its vessels included. */
    Solid liver() {
        return liver;
    }

    private void add(Solid solid, double hounsfield) {
        parts.add(new Part(solid, hounsfield));
    }

    private void wall() {
        add(body, MUSCLE); // skin
        add(body.grown(-2.5), FAT);
        add(trunk(147, 99), MUSCLE);
        add(cavity, FAT);
        for (int side = -1; side <= 1; side += 2) {
            add(Solid.ellipsoid(side * 34, -92, 0, 27, 15, 400), MUSCLE); // back extensors
            add(Solid.ellipsoid(side * 34, -58, -110, 17, 16, 90), MUSCLE); // psoas
        }
    }

    /** Two lobes, uneven by a few low cosines, hollowed where kidney, stomach and gallbladder lie. */
    private Solid liverOutline() {
        double scale = 1 + jitter(0.06);
        Solid right = Solid.ellipsoid(66 + jitter(4), 2 + jitter(4), 8 + jitter(6), 72 * scale, 80 * scale, 92 * scale);
        Solid left = Solid.ellipsoid(-2 + jitter(8), 44, 34 + jitter(6), 74 * scale, 36 * scale, 42 * scale);
        Solid smooth = right.blended(left, 26);
        double[] wave = new double[9];
        for (int i = 0; i < wave.length; i++) {
            wave[i] = i < 3 ? 0.045 + jitter(0.012) : jitter(Math.PI);
        }
        Solid uneven = (x, y, z) -> smooth.distance(x, y, z)
                + 3.2 * Math.cos(wave[0] * x + wave[3]) * Math.cos(wave[1] * y + wave[4])
                + 3.2 * Math.cos(wave[2] * z + wave[5]) * Math.cos(1.7 * wave[0] * x + wave[6])
                + 1.8 * Math.cos(2.3 * wave[1] * y + wave[7]) * Math.cos(2.1 * wave[2] * z + wave[8]);
        Solid fissure = Solid.tube(new double[] {12, 92, -40}, new double[] {16, 18, 20}, 7, 2);
        Solid hilum = Solid.ellipsoid(16, -12, -22, 34, 26, 34);
        return uneven.and(cavity.grown(-3)).without(fissure).without(hilum).without(kidney(1).grown(4))
                .without(gallbladderOutline().grown(1)).without(Solid.column(0, -62, 34, 30))
                .without(stomach().grown(2));
    }

    private void neighbours() {
        Solid stomach = stomach();
        add(stomach, 78);
        add(stomach.grown(-5), 32);
        add(stomach.grown(-5).and((x, y, z) -> 56 - y), AIR + 30); // swallowed air lies in front
        add(Solid.ellipsoid(-98 + jitter(3), -30, 22 + jitter(5), 30, 46, 54).and(cavity.grown(-3))
                .without(stomach.grown(3)), 118); // spleen
        add(Solid.ellipsoid(-18, -2, -18, 52, 13, 16).without(stomach.grown(2)), 88); // pancreas
        for (int side = -1; side <= 1; side += 2) {
            Solid kidney = kidney(side);
            add(kidney, 172);
            add(kidney.grown(-9), 112);
            add(Solid.ellipsoid(side * 52, -46, -52, 15, 9, 24), FAT + 20);
        }
    }

    private static Solid kidney(int side) {
        return Solid.ellipsoid(side * 66, -50, -52 + side * -6, 27, 30, 54);
    }

    private static Solid stomach() {
        return Solid.ellipsoid(-66, 34, 34, 46, 42, 50).blended(Solid.ellipsoid(-22, 46, -26, 40, 22, 24), 20)
                .and(trunk(134, 86).grown(-5));
    }

    private static Solid gallbladderOutline() {
        return Solid.ellipsoid(50, 38, -48, 16, 20, 30);
    }

    private void gallbladder() {
        add(gallbladderOutline(), 14);
    }

    /** Loops below the stomach: an interference pattern makes rounded blobs of wall and content. */
    private void bowel() {
        double px = jitter(Math.PI);
        double py = jitter(Math.PI);
        Solid loops = (x, y, z) -> 9 * (Math.cos(x / 8 + px + 0.9 * Math.sin(z / 17))
                + Math.cos(y / 8.5 + py + 0.9 * Math.sin(x / 21)) + 0.5 * Math.cos(z / 9) + 0.35);
        Solid belly = Solid.ellipsoid(-10, 24, -98, 112, 54, 74).and(cavity.grown(-6));
        Solid wall = loops.and(belly);
        add(wall, 62);
        add(wall.grown(-4), 28);
        add(wall.grown(-7).and((x, y, z) -> 44 - y), AIR + 150);
    }

    private void vessels() {
        Solid cava = Solid.ellipsoid(24, -34, 0, 13, 10, 900);
        add(cava, BLOOD - 20);
        add(Solid.column(-12, -30, 11, 11), BLOOD + 15); // aorta
        double[] hilum = {22, -4, -12};
        double[] fork = {44, 2, 2};
        Solid portal = Solid.tube(new double[] {-4, -10, -34}, hilum, 7, 7).or(Solid.tube(hilum, fork, 7, 6));
        double[][] portalEnds = {{96, 26, -34}, {104, -20, 4}, {86, 34, 38}, {72, -36, 34}};
        for (double[] end : portalEnds) {
            portal = portal.or(branch(fork, end, 4.5));
        }
        portal = portal.or(branch(hilum, new double[] {-12, 44, 34}, 4.5));
        Solid hepatic = null;
        double[][] hepaticEnds = {{102, 4, 40}, {64, 48, 26}, {-4, 46, 48}, {92, -34, 50}};
        for (double[] end : hepaticEnds) {
            Solid vein = branch(new double[] {26, -28, 66}, end, 5.5);
            hepatic = hepatic == null ? vein : hepatic.or(vein);
        }
        add(portal, BLOOD);
        add(hepatic, BLOOD);
    }

    private Solid branch(double[] from, double[] to, double radius) {
        double[] end = {to[0] + jitter(9), to[1] + jitter(9), to[2] + jitter(9)};
        double[] middle = new double[3];
        for (int i = 0; i < 3; i++) {
            middle[i] = (from[i] + end[i]) / 2 + jitter(7);
        }
        return Solid.tube(from, middle, radius, 0.75 * radius).or(Solid.tube(middle, end, 0.75 * radius, 1.3));
    }

    private void spine() {
        Solid vertebrae = Solid.column(0, -62, 22, 18);
        Solid arch = Solid.ellipsoid(0, -86, 0, 19, 12, 900).or(Solid.ellipsoid(0, -102, 0, 4, 14, 900));
        Solid levels = (x, y, z) -> 9 * (Math.abs(Math.IEEEremainder(z, 34)) / 17 - 0.78) * 2; // discs every 34 mm
        Solid wings = Solid.ellipsoid(0, -82, 0, 44, 4.5, 900)
                .and((x, y, z) -> Math.abs(Math.IEEEremainder(z, 34)) - 6);
        add(vertebrae, 85); // discs
        add(vertebrae.and(levels), 420);
        add(vertebrae.grown(-2.5).and(levels.grown(-2)), 190);
        add(arch.or(wings), 380);
        add(Solid.column(0, -84, 9, 7.5), 30); // spinal canal
    }

    /** Above the diaphragm, which arches over the liver and reaches down behind it. */
    private void lungs() {
        Solid chest = cavity.grown(2);
        for (int side = -1; side <= 1; side += 2) {
            double top = side > 0 ? 98 : 82;
            double centre = side * 62;
            Solid above = (x, y, z) -> {
                double u = (x - centre) / 78;
                double v = (y - 8) / 88;
                return (top - 105 * Math.pow(u * u + v * v, 1.6) - z) * 0.6;
            };
            int sign = side;
            Solid half = (x, y, z) -> 26 - sign * x + 0.15 * Math.max(0, y);
            add(chest.and(above).and(half), LUNG);
        }
    }

    /** Bands that slope down to the front within the wall; a slice cuts each into a small oval. */
    private void ribs() {
        Solid wall = trunk(145, 97).without(trunk(136, 88));
        Solid bands = (x, y, z) -> 8 * (Math.abs(Math.IEEEremainder(z + 0.7 * y - 0.5 * Math.abs(x), 32)) / 8 - 0.9);
        Solid cage = (x, y, z) -> Math.max(-70 + 0.9 * y - z, y - 80);
        Solid rib = wall.and(bands).and(cage);
        add(rib, 400);
        add(rib.grown(-2.2), 180);
    }

    /** An upright trunk between ellipse and rectangle: Fernandez-Guasti's squircle, stretched. */
    private static Solid trunk(double rx, double ry) {
        double squareness = 0.55;
        return (x, y, z) -> {
            double u = x * x / (rx * rx);
            double v = y * y / (ry * ry);
            double root = Math.sqrt((u + v) * (u + v) - 4 * squareness * squareness * u * v);
            return (Math.sqrt((u + v + root) / 2) - 1) * Math.min(rx, ry);
        };
    }

    private double jitter(double amplitude) {
        return amplitude * (2 * random.nextDouble() - 1);
    }
}
