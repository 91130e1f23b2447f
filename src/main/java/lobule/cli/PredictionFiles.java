package lobule.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import lobule.data.Dataset;
import lobule.file.InputException;
import lobule.train.RunFolder;

/**
 * A CT and what is to be written of it.
 *
 * @param probabilities where those are wanted
 */
record PredictionFiles(Path ct, Path mask, Optional<Path> probabilities) {
    private static final String MASK = ".mask.nii.gz";
    private static final String PROBABILITIES = ".probabilities.nii.gz";
    /** Endings that a file's name has and a folder's hardly: images and archives that are not written. */
    private static final Pattern OTHER_FORMAT = Pattern.compile(".*\\.(gz|bz2|xz|zst|zip|tar|tgz|7z|nrrd|nhdr|mha|mhd"
            + "|raw|hdr|img|dcm|dicom|mgh|mgz|mnc|gipl|vtk|vti|h5|hdf5|mat|npy|npz|tiff?|png|jpe?g|bmp|nii)");

    /**
     * The files of a command, in its order; checked before any work.
     *
     * @param out       a NIfTI file's name, where there is one CT, or else a folder
     * @param otherRead what must not be overwritten, as the CTs must not
     * @throws InputException where an output cannot be written, is there already, or stands for two CTs
     */
    static List<PredictionFiles> of(List<Path> cts, Path out, boolean probabilities, boolean overwrite,
                                    List<Path> otherRead) {
        cts.forEach(PredictionFiles::requireThere);
        boolean single = isNifti(out);
        if (!single && !Files.isDirectory(out) && OTHER_FORMAT.matcher(lowerCaseName(out)).matches()) {
            throw new InputException(out + ": masks are written as .nii.gz or .nii; give such a name as --out, or a"
                    + " folder.");
        }
        if (single && cts.size() > 1) {
            throw new InputException(out + ": is one file for the masks of " + cts.size() + " CTs, expected a folder as"
                    + " --out.");
        }
        RunFolder.requireWritable(single ? out.toAbsolutePath().getParent() : out);
        List<PredictionFiles> files = new ArrayList<>();
        for (Path ct : cts) {
            Path mask = single ? out : out.resolve(name(ct) + MASK);
            Path beside = mask.resolveSibling(name(single ? out : ct) + PROBABILITIES);
            files.add(new PredictionFiles(ct, mask, probabilities ? Optional.of(beside) : Optional.empty()));
        }
        requireDistinct(files);
        List<Path> read = Stream.concat(cts.stream(), otherRead.stream()).toList();
        files.forEach(file -> file.requireFree(read, overwrite));
        return files;
    }

    /**
     * The CTs that a command names: files, and all images within folders but the masks and probabilities of earlier
     * predictions.
     *
     * @throws InputException where a folder has none
     */
    static List<Path> cts(List<Path> given) {
        return given.stream().flatMap(path -> Files.isDirectory(path) ? within(path).stream() : Stream.of(path))
                .toList();
    }

    private static List<Path> within(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> cts = files.filter(file -> !Dataset.caseName(file).isEmpty() && Files.isRegularFile(file)
                    && !lowerCaseName(file).endsWith(MASK) && !lowerCaseName(file).endsWith(PROBABILITIES)).sorted()
                    .toList();
            if (cts.isEmpty()) {
                throw new InputException(folder + ": holds no CT, expected .nii.gz, .nii or .hdr files (masks and"
                        + " probabilities of earlier predictions aside).");
            }
            return cts;
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be listed (" + e + ").", e);
        }
    }

    private static void requireThere(Path ct) {
        if (!Files.exists(ct)) {
            throw new InputException(ct + ": there is no such file; a NIfTI file or a folder of them was expected.");
        }
    }

    private static String lowerCaseName(Path file) {
        return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    }

    private static boolean isNifti(Path file) {
        String name = lowerCaseName(file);
        return (name.endsWith(".nii") || name.endsWith(".nii.gz")) && !Files.isDirectory(file);
    }

    private static String name(Path file) {
        String name = Dataset.caseName(file);
        return name.isEmpty() ? String.valueOf(file.getFileName()) : name;
    }

    private static void requireDistinct(List<PredictionFiles> files) {
        Map<Path, Path> cts = new HashMap<>();
        for (PredictionFiles file : files) {
            Path other = cts.put(file.mask, file.ct);
            if (other != null) {
                throw new InputException(file.mask + ": would be the mask of " + other + " and of " + file.ct
                        + "; CTs of one name need a command, and an --out, each.");
            }
        }
    }

    private void requireFree(List<Path> read, boolean overwrite) {
        for (Path output : outputs()) {
            if (read.stream().anyMatch(file -> isSame(file, output))) {
                throw new InputException(output + ": is read by this command; choose another place by --out.");
            }
            if (Files.isDirectory(output) || Files.exists(output) && !overwrite) {
                throw new InputException(output + ": is there already; choose another place by --out, or replace it by"
                        + " --overwrite.");
            }
        }
    }

    private static boolean isSame(Path file, Path output) {
        try {
            return Files.exists(file) && Files.exists(output) && Files.isSameFile(file, output);
        } catch (IOException e) {
            throw new InputException(output + ": cannot be looked at (" + e + ").", e);
        }
    }

    private List<Path> outputs() {
        return probabilities.map(volume -> List.of(mask, volume)).orElse(List.of(mask));
    }
}
