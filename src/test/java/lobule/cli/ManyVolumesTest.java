package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import lobule.NativeHeap;
import lobule.data.LabelledVolume;
import lobule.data.Phantom;
import lobule.image.Affine;
import lobule.image.Grid;
import lobule.image.NiftiWriter;
import lobule.image.Orientation;
import lobule.image.Vector;
import lobule.image.Volume;
import lobule.inference.TinyModels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A command takes for many volumes what it takes for one: nothing waits for a collection of the Java heap. */
class ManyVolumesTest {
    private static final int VOLUMES = 20;
    private static final Grid GRID = new Grid(252, 252, 1,
            new Affine(new Vector(-2, 0, 0), new Vector(0, -2, 0), new Vector(0, 0, 3), new Vector(0, 0, 0)));

    @TempDir
    private Path folder;

    /** Notes what the C library has given out whenever a volume is done. */
    private static final class Meter extends PrintWriter {
        private final List<Long> bytes = new ArrayList<>();

        Meter() {
            super(new StringWriter(), true);
        }

        @Override
        public void write(String text, int offset, int length) {
            super.write(text, offset, length);
            if (text.startsWith("done: ", offset)) {
                bytes.add(NativeHeap.bytesInUse());
            }
        }
    }

    /** LPS, so that each is also turned there and back. */
    private List<Path> writeVolumes() {
        assertEquals("LPS", Orientation.of(GRID).code());
        List<Path> files = new ArrayList<>();
        try (Arena arena = Arena.ofShared()) {
            LabelledVolume phantom = new Phantom(GRID.sizeX(), GRID.sizeY(), GRID.sizeZ(), 1).generate(arena);
            for (int i = 0; i < VOLUMES; i++) {
                files.add(folder.resolve("in/ct" + i + ".nii.gz"));
                NiftiWriter.write(new Volume("ct", GRID, phantom.image().voxels()), files.getLast());
            }
        }
        return files;
    }

    @Test
    void theTwentiethVolumeTakesNoMoreThanTheFirst() {
        List<String> arguments = Stream.concat(Stream.of("predict", "--model", TinyModels.in2D(folder).toString(),
                "--device", "cpu", "--threads", "2", "--tile", "252x252", "--probabilities", "--out",
                folder.resolve("out").toString()),
                writeVolumes().stream().map(Path::toString)).toList();
        Meter meter = new Meter();
        StringWriter err = new StringWriter();
        CommandLine command = Lobule.commandLine(Devices.installed()).setOut(meter)
                .setErr(new PrintWriter(err, true));
        assertEquals(0, command.execute(arguments.toArray(String[]::new)), err.toString());
        assertEquals(VOLUMES, meter.bytes.size());
        // The least of five: the JVM's compiler takes some for a while.
        long growth = Collections.min(meter.bytes.subList(VOLUMES - 5, VOLUMES))
                - Collections.min(meter.bytes.subList(0, 5));
        long volume = GRID.voxels() * Float.BYTES;
        assertTrue(growth < VOLUMES * volume, "over " + VOLUMES + " volumes of " + volume + " bytes, memory in use grew"
                + " by " + growth);
    }
}
