package lobule.device.cuda.driver;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.stream.Stream;
import lobule.device.host.LibraryFiles;

/**
 * Folders that are searched in order. A folder of a Python package, {@code nvidia/cudnn/lib}, is followed by those
 * beside it: cuBLAS 12 is in {@code nvidia/cublas/lib}, all of CUDA 13 in {@code nvidia/cu13/lib}.
 */
record SearchPath(List<String> folders) {

    static SearchPath of(List<String> given) {
        SequencedSet<String> folders = new LinkedHashSet<>();
        for (String folder : given) {
            folders.add(folder);
            folders.addAll(LibraryFiles.packagesBeside(folder));
        }
        return new SearchPath(List.copyOf(folders));
    }

    /** First where a library was found, then the rest. */
    SearchPath after(NativeLibrary library) {
        return of(Stream.concat(LibraryFiles.folder(library.path()).stream(), folders.stream()).toList());
    }
}
