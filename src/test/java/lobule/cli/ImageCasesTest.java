package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import lobule.SharedFiles;
import lobule.inference.TinyModels;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CT files as people have them, given to predict and train. */
class ImageCasesTest {
    @TempDir
    private static Path shared;

    private static Path model;

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void train() {
        model = TinyModels.in2D(shared);
    }

    private int run(Devices devices, String... arguments) {
        return Lobule.commandLine(devices).setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private int predict(Path ct) {
        return run(Devices.installed(), "predict", "--model", model.toString(), "--device", "reference", "--tile",
                "20x28", "--out", folder.resolve("mask.nii").toString(), ct.toString());
    }

    private static Path ct(String name) {
        return SharedFiles.require("cases/ct/" + name);
    }

    private List<String> notes() {
        return out.toString().lines().filter(line -> line.startsWith("note ")).toList();
    }

    private static byte[] header(Path file) throws IOException {
        try (InputStream raw = Files.newInputStream(file);
                InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw) : raw) {
            return in.readNBytes(348);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "bothzero.nii.gz | how the patient lies in the image is unknown",
        "plus1024.nii.gz | do not look like Hounsfield units in the window [-150, 250]: only 0 % of the voxels",
        "srow0_qform.nii.gz | the qform (code 1) is taken",
        "dim4zero.nii.gz | dim[4] is 0, read as 1",
        "bitpix0.nii.gz | bitpix is 0, not the 16",
        "bitpix8.nii.gz | bitpix is 8, not the 16",
        "voxoff0.nii | vox_offset is 0",
        "aniso5.nii.gz | its spacing is 1x1x10 mm, in training it is 7.5x7.5x32 mm"})
    void theCtIsSegmentedOnItsOwnFormsWithANote(String name, String note) throws IOException {
        assertEquals(0, predict(ct(name)), err.toString());
        assertTrue(notes().stream().anyMatch(line -> line.contains(note)), notes().toString());
        assertFormsOf(ct(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ref.nii.gz", "scode2_q0.nii.gz"})
    void nothingIsSaidOfTheOthersButTheirSpacing(String name) throws IOException {
        assertEquals(0, predict(ct(name)), err.toString());
        assertTrue(notes().stream().allMatch(line -> line.contains("its spacing is 1x1x2 mm")), notes().toString());
        assertFormsOf(ct(name));
    }

    private void assertFormsOf(Path ct) throws IOException {
        byte[] expected = header(ct);
        byte[] made = header(folder.resolve("mask.nii"));
        assertEquals(-1, Arrays.mismatch(expected, 252, 328, made, 252, 328));
        assertEquals(-1, Arrays.mismatch(expected, 76, 92, made, 76, 92));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "lfs.nii.gz | a git-lfs pointer", "html.nii.gz | an HTML page", "slice.dcm | a DICOM file",
        "vol.nrrd | an NRRD file"})
    void aFileNamedWronglyIsCalledWhatItIs(String name, String kind) {
        assertEquals(Failure.BAD_INPUT, predict(ct(name)));
        assertTrue(err.toString().contains("is not a NIfTI file but " + kind), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "plus1024 | liver_0: its values do not look like Hounsfield units in the window [-160, 240]",
        "spacing_mix | liver_1: its spacing is 1x1x5 mm, in training it is 1x1x2 mm"})
    void trainingSaysAndRecordsWhatIsDoubtfulAboutItsCases(String name, String note) throws IOException {
        Path data = SharedFiles.require("cases/data/" + name);
        assertEquals(0, run(Devices.installed(), "train", "--experiment", "unet2d-dropout-renorm-cce", "--data",
                data.toString(), "--patch", "4x4", "--base-channels", "1", "--steps", "1", "--device", "reference",
                "--out", folder.resolve("run").toString()), err.toString());
        assertTrue(notes().stream().anyMatch(line -> line.contains(note)), notes().toString());
        String record = Files.readString(folder.resolve("run/data.json"));
        assertTrue(record.contains(note.substring(note.indexOf(": ") + 2)), record);
    }

    @ParameterizedTest
    @ValueSource(strings = {"99996x99996x99996", "19996x19996x19996"})
    void aPatchBeyondAnyDeviceIsRefusedBeforeAnythingIsTaken(String patch) {
        assertEquals(Failure.BAD_INPUT, run(Devices.installed(), "train", "--patch", patch, "--out",
                folder.resolve("run").toString()));
        assertTrue(err.toString().contains("no device holds more"), err.toString());
    }

    @Test
    void errorsOfTheJvmEndInOneSentence() {
        Map<Error, Integer> codes = Map.of(new OutOfMemoryError("Java heap space"), Failure.BAD_INPUT,
                new StackOverflowError(), Failure.FAULT, new NoClassDefFoundError("some/Type"), Failure.FAULT);
        codes.forEach((error, code) -> {
            err.getBuffer().setLength(0);
            Devices failing = (name, threads, options) -> {
                throw error;
            };
            assertEquals(code, run(failing, "plan", "--device", "cpu"));
            assertEquals(1, err.toString().lines().count(), err.toString());
            assertTrue(err.toString().startsWith("lobule: "), err.toString());
        });
    }
}
