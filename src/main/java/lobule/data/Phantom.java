package lobule.data;

import java.lang.foreign.Arena;
import lobule.image.Affine;
import lobule.image.Grid;
import lobule.image.Mask;
import lobule.image.Vector;
import lobule.image.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.commons.math3.random.Well19937c;

/**
 * A synthetic abdominal CT with its liver mask, for a first run without data and for tests. The same size and seed
 * give the same voxels (to the bit on one machine). The field of view stays about 360 x 360 x 256 mm whatever the
 * size, so that a small phantom is a coarse one; a single slice cuts through the middle of the liver.
 */
public record Phantom(long sizeX, long sizeY, long sizeZ, long seed) {
    private static final double[] FIELD_OF_VIEW = {360, 360, 256}; // mm along x, y, z
    private static final double NOISE = 13; // standard deviation, HU
    private static final int CLASSES = 2;
    private static final int TILE = 8;
    /** In tile edges: well beyond a tile's corners, since outlines give their distance only to first order. */
    private static final double REACH = 2;

    /** 160 x 160 x 128 voxels of 2.25 x 2.25 x 2 mm. */
    public static Phantom ofSeed(long seed) {
        return new Phantom(160, 160, 128, seed);
    }

    /**
     * Draws it: HU in canonical orientation, labels 0 and 1.
     *
     * @param arena owner of the voxels; several threads draw, so not a confined one
     */
    public LabelledVolume generate(Arena arena) {
        Grid grid = grid();
        Anatomy anatomy = new Anatomy(new Well19937c(seed));
        Volume image = Volume.allocate("phantom", grid, arena);
        Mask mask = Mask.allocate("phantom mask", grid, arena);
        LongStream.range(0, sizeZ).parallel().forEach(z -> drawSlice(anatomy, image, mask, z));
        PhantomNoise.add(image, NOISE, seed);
        return new LabelledVolume("phantom", image, mask, CLASSES);
    }

    private Grid grid() {
        double thickness = sizeZ == 1 ? 5 : FIELD_OF_VIEW[2] / sizeZ;
        Affine straight = Affine.ofSpacing(FIELD_OF_VIEW[0] / sizeX, FIELD_OF_VIEW[1] / sizeY, thickness);
        Vector centre = straight.apply((sizeX - 1) / 2.0, (sizeY - 1) / 2.0, (sizeZ - 1) / 2.0);
        return new Grid(sizeX, sizeY, sizeZ,
                new Affine(straight.xStep(), straight.yStep(), straight.zStep(), centre.times(-1)));
    }

    private static void drawSlice(Anatomy anatomy, Volume image, Mask mask, long z) {
        for (long y = 0; y < image.grid().sizeY(); y += TILE) {
            for (long x = 0; x < image.grid().sizeX(); x += TILE) {
                drawTile(anatomy, image, mask, x, y, z);
            }
        }
    }

    private static void drawTile(Anatomy anatomy, Volume image, Mask mask, long firstX, long firstY, long z) {
        Grid grid = image.grid();
        Vector centre = grid.affine().apply(firstX + (TILE - 1) / 2.0, firstY + (TILE - 1) / 2.0, z);
        double reach = REACH * TILE * Math.max(grid.spacing(0), grid.spacing(1));
        List<Anatomy.Part> parts = near(anatomy.parts(), centre, reach);
        boolean showsLiver = anatomy.liver().distance(centre.x(), centre.y(), centre.z()) < reach;
        for (long y = firstY; y < Math.min(firstY + TILE, grid.sizeY()); y++) {
            for (long x = firstX; x < Math.min(firstX + TILE, grid.sizeX()); x++) {
                Vector at = grid.affine().apply(x, y, z);
                image.set(x, y, z, (float) hounsfield(parts, at, grid.spacing(0)));
                mask.set(x, y, z, showsLiver && anatomy.liver().distance(at.x(), at.y(), at.z()) < 0 ? 1 : 0);
            }
        }
    }

    /** The parts that can show within the reach (mm) of a point, the topmost first. */
    private static List<Anatomy.Part> near(List<Anatomy.Part> parts, Vector point, double reach) {
        List<Anatomy.Part> near = new ArrayList<>();
        for (Anatomy.Part part : parts.reversed()) {
            double distance = part.solid().distance(point.x(), point.y(), point.z());
            if (distance < reach) {
                near.add(part);
            }
            if (distance < -reach) {
                break; // hides everything below
            }
        }
        return near;
    }

    /** Within half a voxel of an outline a voxel is a mixture of what lies on either side. */
    private static double hounsfield(List<Anatomy.Part> topmostFirst, Vector at, double voxel) {
        double hounsfield = 0;
        double uncovered = 1;
        for (Anatomy.Part part : topmostFirst) {
            double distance = part.solid().distance(at.x(), at.y(), at.z());
            double share = uncovered * Math.clamp(0.5 - distance / voxel, 0.0, 1.0);
            hounsfield += share * part.hounsfield();
            uncovered -= share;
            if (uncovered <= 0) {
                return hounsfield;
            }
        }
        return hounsfield + uncovered * Anatomy.AIR;
    }
}
