package lobule.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import lobule.file.InputException;

/** The 352 bytes before the voxels of a NIfTI-1 file: header and an empty extension flag (offsets: nifti1.h). */
final class NiftiHeaderWriter {
    private static final int DATA_OFFSET = 352;
    private static final byte MILLIMETRES = 2;
    private static final short SCANNER = 1; // NIFTI_XFORM_SCANNER_ANAT

    private NiftiHeaderWriter() {}

    static byte[] header(Grid grid, NiftiType type, String file) {
        ByteBuffer header = ByteBuffer.allocate(DATA_OFFSET).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(0, NiftiHeader.NIFTI1_BYTES);
        header.putShort(40, (short) 3);
        for (int axis = 0; axis < 3; axis++) {
            header.putShort(42 + 2 * axis, shortSize(grid, axis, file));
            header.putFloat(80 + 4 * axis, (float) grid.spacing(axis));
        }
        for (int axis = 4; axis <= 7; axis++) {
            header.putShort(40 + 2 * axis, (short) 1);
        }
        header.putShort(70, (short) type.code);
        header.putShort(72, (short) (8 * type.bytes));
        header.putFloat(76, grid.affine().determinant() < 0 ? -1 : 1);
        header.putFloat(108, DATA_OFFSET);
        header.putFloat(112, 1); // scl_slope
        header.put(123, MILLIMETRES);
        header.put(148, "lobule".getBytes(StandardCharsets.US_ASCII));
        grid.forms().ifPresentOrElse(forms -> put(header, forms), () -> {
            putSform(header, grid.affine());
            putQform(header, grid);
        });
        header.put(344, "n+1\0".getBytes(StandardCharsets.US_ASCII));
        return header.array();
    }

    /** As the file that the grid is from has them. */
    private static void put(ByteBuffer header, NiftiForms forms) {
        header.put(123, (byte) forms.unit());
        putFloats(header, 76, forms.pixelSizes());
        header.putShort(252, code(forms.qformCode()));
        putFloats(header, 256, forms.quaternion());
        header.putShort(254, code(forms.sformCode()));
        putFloats(header, 280, forms.rows());
    }

    private static void putFloats(ByteBuffer header, int at, List<Double> values) {
        for (int i = 0; i < values.size(); i++) {
            header.putFloat(at + Float.BYTES * i, values.get(i).floatValue());
        }
    }

    /** NIfTI-2 has room for more, though the standard knows none above 5. */
    private static short code(int code) {
        return (short) Math.clamp(code, Short.MIN_VALUE, Short.MAX_VALUE);
    }

    private static void putSform(ByteBuffer header, Affine affine) {
        header.putShort(254, SCANNER);
        for (int row = 0; row < 3; row++) {
            for (int column = 0; column < 3; column++) {
                header.putFloat(280 + 16 * row + 4 * column, (float) affine.step(column).component(row));
            }
            header.putFloat(280 + 16 * row + 12, (float) affine.origin().component(row));
        }
    }

    /** Some programs look at the qform first; it can say only what is a rotation, so a sheared grid goes without. */
    private static void putQform(ByteBuffer header, Grid grid) {
        Affine affine = grid.affine();
        double handedness = affine.determinant() < 0 ? -1 : 1;
        Vector x = affine.xStep().times(1 / grid.spacing(0));
        Vector y = affine.yStep().times(1 / grid.spacing(1));
        Vector z = affine.zStep().times(handedness / grid.spacing(2));
        if (Math.abs(x.dot(y)) + Math.abs(y.dot(z)) + Math.abs(z.dot(x)) > 1e-4) {
            return;
        }
        double[] quaternion = quaternion(x, y, z);
        header.putShort(252, SCANNER);
        for (int i = 0; i < 3; i++) {
            header.putFloat(256 + 4 * i, (float) quaternion[i + 1]);
            header.putFloat(268 + 4 * i, (float) affine.origin().component(i));
        }
    }

    /**
     * (a, b, c, d), a >= 0, of the rotation with these columns. The squares come from the diagonal; dividing by the
     * largest component keeps half turns exact, where a = 0.
     */
    private static double[] quaternion(Vector x, Vector y, Vector z) {
        double[] square = {
            1 + x.x() + y.y() + z.z(), 1 + x.x() - y.y() - z.z(), 1 - x.x() + y.y() - z.z(), 1 - x.x() - y.y() + z.z()
        };
        int largest = 0;
        for (int i = 1; i < 4; i++) {
            largest = square[i] > square[largest] ? i : largest;
        }
        double[][] product = { // four times the products of two components
            {square[0], y.z() - z.y(), z.x() - x.z(), x.y() - y.x()},
            {y.z() - z.y(), square[1], x.y() + y.x(), x.z() + z.x()},
            {z.x() - x.z(), x.y() + y.x(), square[2], y.z() + z.y()},
            {x.y() - y.x(), x.z() + z.x(), y.z() + z.y(), square[3]}
        };
        double scale = 0.5 / Math.sqrt(square[largest]);
        double sign = product[largest][0] < 0 ? -1 : 1;
        double[] quaternion = new double[4];
        for (int i = 0; i < 4; i++) {
            quaternion[i] = product[largest][i] * scale * sign;
        }
        return quaternion;
    }

    private static short shortSize(Grid grid, int axis, String file) {
        long size = grid.size(axis);
        if (size > Short.MAX_VALUE) {
            throw new InputException(file + ": a NIfTI-1 file holds at most " + Short.MAX_VALUE
                    + " voxels along an axis but axis " + axis + " has " + size + ".");
        }
        return (short) size;
    }
}
