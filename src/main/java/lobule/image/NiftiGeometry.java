package lobule.image;

/**
 * Where the voxels lie, by the first of the header's three ways that it uses (nifti1.h, "3D image orientation and
 * location in space"): the sform matrix, the qform quaternion, or the voxel sizes alone.
 */
final class NiftiGeometry {
    private static final int SPATIAL_UNITS = 0x07;

    private NiftiGeometry() {}

    static Affine affine(NiftiFields fields) {
        double millimetres = millimetresPerUnit(fields);
        if (fields.sformCode() > 0) {
            return scaled(sform(fields), millimetres);
        }
        requirePixelSizes(fields);
        Affine affine = fields.qformCode() > 0 ? qform(fields)
                : Affine.ofSpacing(fields.pixelSize(1), fields.pixelSize(2), fields.pixelSize(3));
        return scaled(affine, millimetres);
    }

    private static Affine sform(NiftiFields fields) {
        Affine affine = new Affine(sformColumn(fields, 0), sformColumn(fields, 1), sformColumn(fields, 2),
                sformColumn(fields, 3));
        if (!affine.isInvertible()) {
            throw fields.refuse("srow_x, srow_y, srow_z", affine.toString(),
                    "a finite, invertible matrix, since sform_code is " + fields.sformCode());
        }
        return affine;
    }

    private static Vector sformColumn(NiftiFields fields, int column) {
        return new Vector(fields.sform(0, column), fields.sform(1, column), fields.sform(2, column));
    }

    private static Affine qform(NiftiFields fields) {
        double b = fields.quaternion(0);
        double c = fields.quaternion(1);
        double d = fields.quaternion(2);
        double rest = 1 - (b * b + c * c + d * d);
        if (!(rest > -1e-5)) { // rounding in float32 may leave a half turn slightly longer than 1
            throw fields.refuse("quatern_b, quatern_c, quatern_d", "(" + b + ", " + c + ", " + d + ")",
                    "a vector no longer than 1, since qform_code is " + fields.qformCode());
        }
        boolean halfTurn = rest < 1e-7; // what float32 leaves of 0; its root would be a visible angle (as in nifti1_io)
        double length = halfTurn ? Math.sqrt(1 - rest) : 1;
        b /= length;
        c /= length;
        d /= length;
        double a = halfTurn ? 0 : Math.sqrt(rest);
        double handedness = fields.pixelSize(0) < 0 ? -1 : 1;
        Vector x = new Vector(a * a + b * b - c * c - d * d, 2 * (b * c + a * d), 2 * (b * d - a * c));
        Vector y = new Vector(2 * (b * c - a * d), a * a + c * c - b * b - d * d, 2 * (c * d + a * b));
        Vector z = new Vector(2 * (b * d + a * c), 2 * (c * d - a * b), a * a + d * d - b * b - c * c);
        Vector origin = new Vector(
                fields.quaternionOffset(0), fields.quaternionOffset(1), fields.quaternionOffset(2));
        if (!origin.isFinite()) {
            throw fields.refuse("qoffset_x, qoffset_y, qoffset_z", origin.toString(), "finite numbers");
        }
        return new Affine(x.times(fields.pixelSize(1)), y.times(fields.pixelSize(2)),
                z.times(fields.pixelSize(3) * handedness), origin);
    }

    private static void requirePixelSizes(NiftiFields fields) {
        for (int axis = 1; axis <= 3; axis++) {
            double size = fields.pixelSize(axis);
            if (!(size > 0) || Double.isInfinite(size)) {
                throw fields.refuse("pixdim[" + axis + "]", size, "a size above 0");
            }
        }
    }

    private static double millimetresPerUnit(NiftiFields fields) {
        int unit = fields.units() & SPATIAL_UNITS;
        return switch (unit) {
            case 0, 2 -> 1; // not said, or mm
            case 1 -> 1000;
            case 3 -> 0.001;
            default -> throw fields.refuse("xyzt_units", unit, "0 to 3 in its lowest three bits (none, m, mm, um)");
        };
    }

    private static Affine scaled(Affine affine, double factor) {
        return factor == 1 ? affine : new Affine(affine.xStep().times(factor), affine.yStep().times(factor),
                affine.zStep().times(factor), affine.origin().times(factor));
    }
}
