package lobule.device.cuda;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** The CUDA C sources of a folder, their headers, and the PTX made from them. */
record KernelFiles(Path folder) {
    static final KernelFiles SHIPPED = new KernelFiles(Path.of("kernels"));

    /** Files with an ending, in order of name. */
    List<Path> with(String ending) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    List<Path> ptx() {
        return with(".ptx");
    }

    /** What is wrong with the folder: PTX that is missing, without a source, or made from others than those there. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        for (Path source : with(".cu")) {
            Path ptx = source.resolveSibling(source.getFileName().toString().replace(".cu", ".ptx"));
            if (!Files.exists(ptx)) {
                faults.add(ptx + " is missing; run kernels/build");
            } else if (!read(ptx).startsWith(origin(source))) {
                faults.add(ptx + " was made from other sources than " + source
                    + " and the headers beside it; run kernels/build");
            }
        }
        for (Path ptx : ptx()) {
            if (!Files.exists(ptx.resolveSibling(ptx.getFileName().toString().replace(".ptx", ".cu")))) {
                faults.add(ptx + " has no source; delete it");
            }
        }
        return faults;
    }

    /** The lines that kernels/build writes first: hashes of the source and of all headers. */
    private String origin(Path source) {
        StringBuilder lines = new StringBuilder();
        Stream.concat(Stream.of(source), with(".cuh").stream())
            .forEach(file -> lines.append("// SHA-256 %s %s\n".formatted(hash(file), file.getFileName())));
        return lines.append("//\n").toString();
    }

    private static String hash(Path file) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
