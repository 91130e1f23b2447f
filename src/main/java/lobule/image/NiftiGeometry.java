package lobule.image;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Where the voxels lie, by the first of the header's three ways that it uses (nifti1.h, "3D image orientation and
 * location in space"): the sform matrix, the qform quaternion, or the voxel sizes alone.
 */
final class NiftiGeometry {
    /** How far (mm) the two forms of one place lie apart where programs wrote both: quaternions in float32. */
    private static final double TOLERANCE = 0.1;

    private final NiftiFields fields;
    private final double millimetres;
    private final List<String> notes;

    private NiftiGeometry(NiftiFields fields, List<String> notes) {
        this.fields = fields;
        this.millimetres = millimetresPerUnit(fields);
        this.notes = notes;
    }

    /**
     * The grid of a volume.
     *
     * @param size  voxels along x, y, z
     * @param notes gets a sentence for what is doubtful
     * @throws lobule.file.InputException where no form in use places the voxels
     */
    static Grid grid(NiftiFields fields, long[] size, List<String> notes) {
        return new NiftiGeometry(fields, notes).grid(size);
    }

    private Grid grid(long[] size) {
        Optional<Affine> sform = fields.sformCode() > 0 ? sform() : Optional.empty();
        if (sform.isEmpty()) {
            return grid(size, withoutSform());
        }
        Grid grid = grid(size, sform.get());
        if (fields.qformCode() > 0) {
            noteDisagreement(grid);
        }
        return grid;
    }

    private Grid grid(long[] size, Affine affine) {
        return new Grid(size[0], size[1], size[2], affine, Optional.of(fields.forms()));
    }

    private Affine withoutSform() {
        requirePixelSizes();
        if (fields.qformCode() > 0) {
            return scaled(qform());
        }
        notes.add("qform_code and sform_code are 0, so that how the patient lies in the image is unknown; its axes are "
                + "taken to point to the right, the front and the head");
        return scaled(Affine.ofSpacing(fields.pixelSize(1), fields.pixelSize(2), fields.pixelSize(3)));
    }

    /** Empty where it is none but there is a qform to take instead. */
    private Optional<Affine> sform() {
        Affine affine = scaled(new Affine(sformColumn(0), sformColumn(1), sformColumn(2), sformColumn(3)));
        if (affine.isInvertible()) {
            return Optional.of(affine);
        }
        if (fields.qformCode() <= 0) {
            throw fields.refuse("srow_x, srow_y, srow_z", affine.toString(), "a finite, invertible matrix, since "
                    + "sform_code is " + fields.sformCode() + " and qform_code 0 leaves no other");
        }
        notes.add("sform_code is " + fields.sformCode() + " but srow_x, srow_y, srow_z are " + affine
                + ", no invertible matrix; the qform (code " + fields.qformCode() + ") is taken");
        return Optional.empty();
    }

    private Vector sformColumn(int column) {
        return new Vector(fields.sform(0, column), fields.sform(1, column), fields.sform(2, column));
    }

    private void noteDisagreement(Grid grid) {
        String qform = "the qform (code " + fields.qformCode() + ")";
        String taken = "; the sform (code " + fields.sformCode() + ") is taken";
        if (!isRotation() || !hasPixelSizes() || !quaternionOffset().isFinite()) {
            notes.add(qform + " is none: its quaternion, its offset or a voxel size is out of range" + taken);
            return;
        }
        double apart = grid.largestDistance(new Grid(grid.sizeX(), grid.sizeY(), grid.sizeZ(), scaled(qform())));
        if (!(apart <= TOLERANCE)) {
            notes.add(String.format(Locale.ROOT, "%s places voxels up to %.3g mm away from where the sform does%s",
                    qform, apart, taken));
        }
    }

    private boolean isRotation() {
        return rest() > -1e-5; // rounding in float32 may leave a half turn slightly longer than 1
    }

    /** The square of the quaternion's first part, which the header leaves out. */
    private double rest() {
        double b = fields.quaternion(0);
        double c = fields.quaternion(1);
        double d = fields.quaternion(2);
        return 1 - (b * b + c * c + d * d);
    }

    private Affine qform() {
        if (!isRotation()) {
            Vector vector = new Vector(fields.quaternion(0), fields.quaternion(1), fields.quaternion(2));
            throw fields.refuse("quatern_b, quatern_c, quatern_d", vector.toString(),
                    "a vector no longer than 1, since qform_code is " + fields.qformCode());
        }
        double rest = rest();
        boolean halfTurn = rest < 1e-7; // what float32 leaves of 0; its root would be a visible angle (as in nifti1_io)
        double length = halfTurn ? Math.sqrt(1 - rest) : 1;
        double b = fields.quaternion(0) / length;
        double c = fields.quaternion(1) / length;
        double d = fields.quaternion(2) / length;
        double a = halfTurn ? 0 : Math.sqrt(rest);
        double handedness = fields.pixelSize(0) < 0 ? -1 : 1;
        Vector x = new Vector(a * a + b * b - c * c - d * d, 2 * (b * c + a * d), 2 * (b * d - a * c));
        Vector y = new Vector(2 * (b * c - a * d), a * a + c * c - b * b - d * d, 2 * (c * d + a * b));
        Vector z = new Vector(2 * (b * d + a * c), 2 * (c * d - a * b), a * a + d * d - b * b - c * c);
        Vector origin = quaternionOffset();
        if (!origin.isFinite()) {
            throw fields.refuse("qoffset_x, qoffset_y, qoffset_z", origin.toString(), "finite numbers");
        }
        return new Affine(x.times(fields.pixelSize(1)), y.times(fields.pixelSize(2)),
                z.times(fields.pixelSize(3) * handedness), origin);
    }

    private Vector quaternionOffset() {
        return new Vector(fields.quaternionOffset(0), fields.quaternionOffset(1), fields.quaternionOffset(2));
    }

    private boolean hasPixelSizes() {
        return isPixelSize(1) && isPixelSize(2) && isPixelSize(3);
    }

    private boolean isPixelSize(int axis) {
        return fields.pixelSize(axis) > 0 && Double.isFinite(fields.pixelSize(axis));
    }

    private void requirePixelSizes() {
        for (int axis = 1; axis <= 3; axis++) {
            if (!isPixelSize(axis)) {
                throw fields.refuse("pixdim[" + axis + "]", fields.pixelSize(axis), "a size above 0");
            }
        }
    }

    private static double millimetresPerUnit(NiftiFields fields) {
        int unit = fields.units() & NiftiFields.SPATIAL_UNITS;
        return switch (unit) {
            case 0, 2 -> 1; // not said, or mm
            case 1 -> 1000;
            case 3 -> 0.001;
            default -> throw fields.refuse("xyzt_units", unit, "0 to 3 in its lowest three bits (none, m, mm, um)");
        };
    }

    private Affine scaled(Affine affine) {
        return millimetres == 1 ? affine : new Affine(affine.xStep().times(millimetres),
                affine.yStep().times(millimetres), affine.zStep().times(millimetres),
                affine.origin().times(millimetres));
    }
}
