package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import lobule.JavaProcess;
import lobule.SharedFiles;
import lobule.image.Mask;
import lobule.image.NiftiReader;
import lobule.image.NiftiWriter;
import lobule.image.Volume;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/**
 * Inputs that people met, given to the program's own entry: prints what each came to, as a table. SIGUSR1, a batch
 * system's warning, has a run of its own in {@link InterruptionTest}.
 */
class PublicCasesTest {
    private static final String DEVICE = "cpu";
    private static final int LONGEST_CELL = 160;

    /** @param says all that must be in what was printed */
    private record Row(String input, int code, String printed, int expected, List<String> says) {

        void check() {
            assertEquals(expected, code, input + ": " + printed);
            says.forEach(part -> assertTrue(printed.contains(part), input + ": no \"" + part + "\" in " + printed));
            assertTrue(code == 0 || sentences().size() == 1, input + ": " + printed);
        }

        private List<String> sentences() {
            return printed.lines().filter(line -> line.startsWith("lobule: ")).toList();
        }

        String text() {
            List<String> came = code == 0 ? Stream.of("truth ", "note ", "data ")
                    .flatMap(start -> printed.lines().filter(line -> line.startsWith(start)))
                    .map(line -> line.substring(9)).toList() : sentences();
            String first = came.isEmpty() ? "" : came.getFirst();
            return String.format("%-46s | %d | %s", input, code,
                    first.length() > LONGEST_CELL ? first.substring(0, LONGEST_CELL) + "…" : first);
        }
    }

    @TempDir
    private Path folder;

    private final List<Row> rows = new ArrayList<>();
    private Path data;
    private Path ct;
    private Path model;
    private int runs;

    @Test
    void everyInputIsServedOrRefusedInOneSentence() throws IOException, InterruptedException {
        data = SharedFiles.require("cases/data").toAbsolutePath().normalize();
        ct = data.resolveSibling("ct");
        train("label_string", 0, List.of("classes liver=1"));
        model = run(runs).resolve("model.safetensors");
        labels();
        layouts();
        headers();
        casesLeftOut();
        outputs();
        resumedRuns();
        anotherLocale();
        rows.forEach(row -> System.out.println(row.text().replace(data.getParent() + "/", "")
                .replace(folder + "/", "")));
        assertAll(rows.stream().map(row -> (Executable) row::check));
    }

    private void labels() {
        Path mask255 = data.resolve("mask255/labelsTr/liver_0.nii.gz");
        train("mask255", 0, List.of("label 255 is taken as liver: no other label is there", "(532 voxels)"));
        predict("ref.nii.gz", 0, List.of("label 255 is taken as liver", "532 true"), "--truth", mask255.toString());
        predict("ref.nii.gz", 0, List.of(" 0 true"), List.of("Jaccard 1."), "--truth", mask255.toString(),
                "--ignore-label", "255");
        predict("ref.nii.gz", 0, List.of("nothing to score: neither truth nor prediction has foreground"),
                List.of("Jaccard"), "--truth", allIgnored().toString(), "--ignore-label", "255");
        train("msd3", 2, List.of("has the classes background, liver, cancer but network.classes is 2, expected 3",
                "--labels \"liver=1,2\" makes them one class"));
        train("msd3", 0, List.of("classes liver=1,2"), "--labels", "liver=1,2");
        train("msd3", 0, List.of("classes liver=1,2"), "--labels", "liver=liver,cancer");
        train("msd3", 0, List.of("classes liver=1;cancer=2"), "--labels", "liver=1", "--labels", "cancer=2");
        train("msd3", 0, List.of("label 2 (cancer) is background: no class has it (88 voxels)"), "--labels", "liver=1");
        train("nnunet_region", 2, List.of("regions that overlap", "--labels"));
        train("nnunet_region", 0, List.of("classes liver=1,2"), "--labels", "liver=whole");
    }

    /** Labels 255 throughout: then no voxel counts. */
    private Path allIgnored() {
        try (Arena arena = Arena.ofShared()) {
            Mask mask = Mask.allocate("mask", NiftiReader.readGrid(ct.resolve("ref.nii.gz")), arena);
            mask.labels().fill((byte) Mask.IGNORE);
            Path file = folder.resolve("ignored.nii.gz");
            NiftiWriter.write(mask, file);
            return file;
        }
    }

    private void layouts() {
        train("nnunet_v2", 0, List.of("1 case, in nnU-Net's layout", "training on liver_0"));
        train("nnunet_nojson", 0, List.of("training on liver_0"));
        train("nnunet_v1json", 0, List.of("training on liver_0"));
        train("mixed_ext", 0, List.of("training on liver_0"));
        train("upper", 0, List.of("training on liver_0"));
        train("labelmissing_nojson", 0, List.of("training on liver_0, liver_2",
                "1 case without a mask in labelsTr left out: liver_1"));
        train("win_slash", 0, List.of("training on liver_0"));
    }

    private void headers() throws IOException {
        predict("bothzero.nii.gz", 0, List.of("how the patient lies in the image is unknown"));
        assertMaskHasTheFormsOf("bothzero.nii.gz");
        predict("scode2_q0.nii.gz", 0, List.of());
        assertMaskHasTheFormsOf("scode2_q0.nii.gz");
        predict("plus1024.nii.gz", 0, List.of("do not look like Hounsfield units in the window [-160, 240]"));
        train("plus1024", 0, List.of("liver_0: its values do not look like Hounsfield units in the window"));
        predict("lfs.nii.gz", 2, List.of("is not a NIfTI file but a git-lfs pointer"));
        predict("html.nii.gz", 2, List.of("is not a NIfTI file but an HTML page"));
        predict("slice.dcm", 2, List.of("is not a NIfTI file but a DICOM file"));
        predict("vol.nrrd", 2, List.of("is not a NIfTI file but an NRRD file"));
        predict("srow0_qform.nii.gz", 0, List.of("the qform (code 1) is taken"));
        predict("dim4zero.nii.gz", 0, List.of("dim[4] is 0, read as 1"));
        predict("bitpix0.nii.gz", 0, List.of("bitpix is 0, not the 16"));
        predict("bitpix8.nii.gz", 0, List.of("bitpix is 8, not the 16"));
        predict("voxoff0.nii", 0, List.of("vox_offset is 0"));
        predict("aniso5.nii.gz", 0, List.of("its spacing is 1x1x10 mm, in training it is 1x1x2 mm"));
        train("spacing_mix", 0, List.of("liver_1: its spacing is 1x1x5 mm, in training it is 1x1x2 mm"));
        train("mask_identity_affine", 2, List.of("lie on different grids", "--mask-grid image"));
        train("mask_identity_affine", 0, List.of("the image's grid is taken, not the mask's own"), "--mask-grid",
                "image");
    }

    /** Codes, quaternion and matrix, as they stand in the header. */
    private void assertMaskHasTheFormsOf(String name) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(ct.resolve(name)))) {
            byte[] made = Files.readAllBytes(folder.resolve("mask.nii"));
            assertEquals(-1, Arrays.mismatch(in.readNBytes(348), 252, 328, made, 252, 328), name);
        }
    }

    private void casesLeftOut() {
        train("two_one_empty", 0, List.of("training on liver_0;", "liver_1 is left out", "--no-only-foreground"));
        train("two_val_empty", 2, List.of("the case liver_1, which data.validation-case names, has no voxel",
                "--no-only-foreground"), "--validate", "liver_1");
        train("two_val_empty", 0, List.of("no evaluated patch has foreground"), "--validate", "liver_1",
                "--no-only-foreground");
    }

    private void outputs() throws IOException {
        predict("ref.nii.gz", 2, List.of("pred.nrrd: masks are written as .nii.gz or .nii"), "--out",
                path("pred.nrrd"));
        predict("ref.nii.gz", 2, List.of("mask.gz: masks are written as .nii.gz or .nii"), "--out", path("mask.gz"));
        Path in = Files.createDirectory(folder.resolve("in"));
        Files.copy(ct.resolve("ref.nii.gz"), in.resolve("a.nii.gz"));
        Files.copy(ct.resolve("ref.nii.gz"), in.resolve("c.nii.gz"));
        try (Arena arena = Arena.ofShared()) {
            Volume holed = NiftiReader.read(ct.resolve("ref.nii.gz"), arena);
            holed.set(1, 1, 1, Float.NaN);
            NiftiWriter.write(holed, in.resolve("b.nii.gz"));
        }
        add("predict in (a folder), a NaN CT between two", 2, List.of("1 of 3 CTs were not segmented: ",
                "b.nii.gz: 1 of 7680 voxels are not finite"), "predict", "--model", model.toString(),
                "--device", DEVICE, "--threads", "1", "--tile", "20x28", "--out", path("made"), in.toString());
        try (Stream<Path> made = Files.list(folder.resolve("made"))) {
            assertEquals(List.of("a.mask.nii.gz", "c.mask.nii.gz"),
                    made.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    private void resumedRuns() throws IOException {
        Path copy = folder.resolve("copied");
        for (String file : List.of("imagesTr/liver_0.nii.gz", "labelsTr/liver_0.nii.gz", "dataset.json")) {
            Files.createDirectories(copy.resolve(file).getParent());
            Files.write(copy.resolve(file), Files.readAllBytes(data.resolve("label_string").resolve(file)));
        }
        Path relative = Path.of("").toAbsolutePath().relativize(copy.toAbsolutePath());
        train(relative.toString(), 0, List.of(), "--steps", "2");
        Path run = run(runs);
        String settings = Files.readString(run.resolve("config.yaml"));
        assertTrue(settings.contains("source: " + copy.toAbsolutePath()), "from another directory: " + settings);
        add("--resume, fewer steps", 2, List.of("steps is 1, expected at least the 2"), "train", "--resume",
                run.toString(), "--steps", "1");
        add("--resume, another rate", 0, List.of(), "train", "--resume", run.toString(), "--steps", "3",
                "--learning-rate", "1e-5");
        settings = Files.readString(run.resolve("config.yaml"));
        assertTrue(settings.contains("step: 3") && settings.contains("rate: 0.00001")
                || settings.contains("1.0E-5"), settings);
        Files.write(copy.resolve("imagesTr/liver_0.nii.gz"), Files.readAllBytes(ct.resolve("plus1024.nii.gz")));
        add("--resume, another image", 2, List.of("case liver_0 has other contents", "--accept-changed-data"), "train",
                "--resume", run.toString(), "--steps", "4");
    }

    /** As cron has it; what the launchers do about it is tested beside them. */
    private void anotherLocale() throws IOException, InterruptedException {
        if (!"UTF-8".equals(System.getProperty("sun.jnu.encoding"))) {
            return; // this JVM could not name the file itself
        }
        Path named = Files.copy(ct.resolve("ref.nii.gz"), folder.resolve("Größe.nii.gz"));
        ProcessBuilder builder = new ProcessBuilder(JavaProcess.command(JavaProcess.FLAGS, Lobule.class, "predict",
                "--model", model.toString(), named.toString())).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        rows.add(new Row("predict Größe.nii.gz, LC_ALL=C", process.waitFor(), printed, 2,
                List.of("rename the file, or set the variable LC_ALL to C.UTF-8")));
    }

    private void train(String name, int expected, List<String> says, String... changed) {
        runs++;
        List<String> arguments = new ArrayList<>(List.of("train", "--experiment", "unet2d-dropout-renorm-cce", "--data",
                name.contains("/") ? name : data.resolve(name).toString(), "--patch", "4x4", "--base-channels", "1",
                "--device", DEVICE, "--threads", "1", "--steps", "1", "--out", run(runs).toString()));
        arguments.addAll(List.of(changed));
        add("train " + name + " " + String.join(" ", changed), expected, says, arguments.toArray(String[]::new));
    }

    private Path run(int number) {
        return folder.resolve("run" + number);
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private void predict(String name, int expected, List<String> says, String... changed) {
        predict(name, expected, says, List.of(), changed);
    }

    private void predict(String name, int expected, List<String> says, List<String> never, String... changed) {
        List<String> arguments = new ArrayList<>(List.of("predict", "--model", model.toString(), "--device", DEVICE,
                "--threads", "1", "--tile", "20x28", "--overwrite", "--out", path("mask.nii"),
                ct.resolve(name).toString()));
        arguments.addAll(List.of(changed));
        String shown = "predict " + name + " " + String.join(" ", changed).replaceAll("/[^ ]*/", "");
        Row row = add(shown, expected, says, arguments.toArray(String[]::new));
        never.forEach(part -> assertTrue(!row.printed.contains(part), row.printed));
    }

    private Row add(String input, int expected, List<String> says, String... arguments) {
        StringWriter printed = new StringWriter();
        int code = CommandRun.execute(printed, printed, arguments);
        Row row = new Row(input, code, printed.toString(), expected, says);
        rows.add(row);
        return row;
    }
}
