package lobule.image;

import java.util.List;

/**
 * Where a NIfTI header says its voxels lie, in its own words: both forms and their codes, whichever of them counts, and
 * the voxel sizes and the unit that they share. What is made of a volume is written with these, so that every program
 * places it where it places the volume.
 *
 * @param unit       lowest three bits of xyzt_units
 * @param pixelSizes pixdim[0], the sign of the qform's z axis, to pixdim[3]
 * @param quaternion quatern_b, quatern_c, quatern_d, qoffset_x, qoffset_y, qoffset_z
 * @param rows       srow_x, srow_y, srow_z, four each
 */
public record NiftiForms(int unit, List<Double> pixelSizes, int qformCode, List<Double> quaternion, int sformCode,
                         List<Double> rows) {
    public NiftiForms {
        pixelSizes = List.copyOf(pixelSizes);
        quaternion = List.copyOf(quaternion);
        rows = List.copyOf(rows);
    }
}
