package lobule.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import lobule.data.LabelledVolume;
import lobule.data.Phantom;
import lobule.image.NiftiWriter;

/** A file that a command reads: where it lies in a {@link World}, and the command. */
enum MutationSubject {
    MODEL("run/model.safetensors"),
    STATE("run/state.safetensors"),
    NIFTI("ct.nii"),
    COMPRESSED_NIFTI("ct.nii.gz"),
    /** The damage was there before it was compressed, so that no checksum tells. */
    COMPRESSED_AFTERWARDS("ct.nii.gz"),
    MASK("data/labelsTr/b.nii"),
    SETTINGS("run/config.yaml"),
    SETTINGS_RESUMED("run/config.yaml"),
    METRICS("run/metrics.jsonl"),
    DATA_RECORD("run/data.json"),
    ALGORITHMS("run/algorithms.json"),
    DATA_SET("data/dataset.json");

    private final String file;

    MutationSubject(String file) {
        this.file = file;
    }

    Path in(World world) {
        return world.folder.resolve(file);
    }

    String[] command(World world) {
        return switch (this) {
            case MODEL, COMPRESSED_NIFTI, COMPRESSED_AFTERWARDS -> world.predict("ct.nii.gz");
            case NIFTI -> world.predict("ct.nii");
            case STATE, SETTINGS_RESUMED, METRICS, DATA_RECORD, ALGORITHMS -> world.resume();
            case SETTINGS -> world.train("--config", world.path("run/config.yaml"));
            case MASK -> world.train("--experiment", World.EXPERIMENT, "--data", world.path("data"), "--case", "b");
            case DATA_SET -> world.train("--experiment", World.EXPERIMENT, "--data", world.path("data"));
        };
    }

    byte[] damaged(byte[] file, Mutation mutation, RandomGenerator random) throws IOException {
        return this == COMPRESSED_AFTERWARDS ? packed(mutation.of(unpacked(file), random)) : mutation.of(file, random);
    }

    private static byte[] unpacked(byte[] file) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(file))) {
            return in.readAllBytes();
        }
    }

    private static byte[] packed(byte[] inside) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(inside);
        }
        return packed.toByteArray();
    }

    /** A data set of two small cases and a short run on it, made once; each trial works on a copy. */
    record World(Path folder) {
        static final String EXPERIMENT = "unet2d-dropout-renorm-cce";
        /** Legal settings can make a run long, or diverge: those are given, whatever a file says. */
        private static final List<String> SMALL = List.of("--overfit", "--patch", "4x4", "--base-channels", "1",
                "--accumulate", "1", "--learning-rate", "1e-3", "--device", "cpu", "--threads", "1");

        static World make(Path folder) throws IOException {
            World world = new World(folder);
            for (int i = 0; i < 2; i++) {
                LabelledVolume phantom = new Phantom(40, 40, 4, i + 1).generate(Arena.ofAuto());
                NiftiWriter.write(phantom.image(), folder.resolve("data/imagesTr/" + "ab".charAt(i) + ".nii"));
                NiftiWriter.write(phantom.mask(), folder.resolve("data/labelsTr/" + "ab".charAt(i) + ".nii"));
                NiftiWriter.write(phantom.image(), folder.resolve(i == 0 ? "ct.nii" : "ct.nii.gz"));
            }
            Files.writeString(folder.resolve("data/dataset.json"), """
                    {
                      "name": "small",
                      "labels": {"0": "background", "1": "liver"},
                      "numTraining": 2,
                      "training": [
                        {"image": "./imagesTr/a.nii", "label": "./labelsTr/a.nii"},
                        {"image": "./imagesTr/b.nii", "label": "./labelsTr/b.nii"}
                      ]
                    }
                    """);
            CommandRun run = CommandRun.of(world.train("--experiment", EXPERIMENT, "--data", world.path("data"),
                    "--steps", "2", "--out", world.path("run")));
            if (run.code() != 0) {
                throw new IllegalStateException("the run that mutations start from failed: " + run.err());
            }
            Files.writeString(folder.resolve("run/algorithms.json"), """
                    {
                      "device" : "Some GPU, compute capability 8.0, cuDNN 9.8.0, cuBLAS 12.6.4",
                      "choices" : {
                        "forward (1x1x92x92) by (1x1x3x3) FP32" : {
                          "library" : "cudnn",
                          "algorithm" : 1,
                          "math_type" : 3,
                          "workspace_bytes" : 4096,
                          "deterministic" : true
                        }
                      }
                    }
                    """, StandardCharsets.UTF_8);
            return world;
        }

        World copyTo(Path target) throws IOException {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.toList()) {
                    Path copy = target.resolve(folder.relativize(file).toString());
                    if (Files.isDirectory(file)) {
                        Files.createDirectories(copy);
                    } else {
                        Files.copy(file, copy);
                    }
                }
            }
            return new World(target);
        }

        String path(String name) {
            return folder.resolve(name).toString();
        }

        String[] predict(String ct) {
            return new String[] {"predict", "--model", path("run/model.safetensors"), "--device", "cpu",
                "--threads", "1", "--out", path("mask.nii.gz"), path(ct)};
        }

        String[] resume() {
            return new String[] {"train", "--resume", path("run"), "--steps", "3", "--accumulate", "1",
                "--learning-rate", "1e-3", "--device", "cpu", "--threads", "1"};
        }

        String[] train(String... source) {
            return Stream.of(List.of("train", "--steps", "1", "--out", path("new")), SMALL, List.of(source))
                    .flatMap(List::stream).toArray(String[]::new);
        }

        List<Path> partials() {
            try (Stream<Path> files = Files.walk(folder)) {
                return files.filter(file -> file.toString().endsWith(".partial")).toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
