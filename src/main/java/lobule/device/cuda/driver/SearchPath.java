package lobule.device.cuda.driver;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.stream.Stream;

/**
 * Folders that are searched in order. A folder of a Python package, {@code nvidia/cudnn/lib}, is followed by those
 * beside it: cuBLAS 12 is in {@code nvidia/cublas/lib}, all of CUDA 13 in {@code nvidia/cu13/lib}.
 */
record SearchPath(List<String> folders) {
    private static final String PACKAGES = "nvidia";
    private static final String LIBRARIES = "lib";

    static SearchPath of(List<String> given) {
        SequencedSet<String> folders = new LinkedHashSet<>();
        for (String folder : given) {
            folders.add(folder);
            beside(Path.of(folder)).map(Path::toString).forEach(folders::add);
        }
        return new SearchPath(List.copyOf(folders));
    }

    /** First where a library was found, then the rest. */
    SearchPath after(NativeLibrary library) {
        return of(Stream.concat(library.folder().stream(), folders.stream()).toList());
    }

    private static Stream<Path> beside(Path folder) {
        Path parent = folder.endsWith(LIBRARIES) ? folder.getParent() : null;
        Path packages = parent == null ? null : parent.getParent();
        if (packages == null || !packages.endsWith(PACKAGES)) {
            return Stream.empty();
        }
        try (Stream<Path> all = Files.list(packages)) {
            return all.map(each -> each.resolve(LIBRARIES)).filter(Files::isDirectory).sorted().toList().stream();
        } catch (IOException e) {
            return Stream.empty(); // what cannot be listed cannot be searched
        }
    }
}
