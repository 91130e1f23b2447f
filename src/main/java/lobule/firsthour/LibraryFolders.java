package lobule.firsthour;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where cuDNN and cuBLAS are to be taken from.
 *
 * @param folders for {@code LOBULE_CUDA_LIBRARIES}; none where the system's linker is to look
 * @param source  who named them
 */
record LibraryFolders(List<Path> folders, String source) {
    static final String VARIABLE = "LOBULE_CUDA_LIBRARIES";
    private static final String LINKER_VARIABLE = "LD_LIBRARY_PATH";
    private static final String CUDNN = "libcudnn.so.9";
    private static final List<String> SYSTEM = List.of("/usr/local/cuda/lib64", "/usr/lib/x86_64-linux-gnu",
            "/usr/local/lib", "/usr/lib64", "/usr/lib");

    /** What the environment names, then Python packages that hold cuDNN, then the system's own. */
    static LibraryFolders find(Map<String, String> environment, PythonPackages packages) {
        if (!environment.getOrDefault(VARIABLE, "").isBlank()) {
            return new LibraryFolders(paths(environment.get(VARIABLE)), VARIABLE + " as it was set");
        }
        if (paths(environment.getOrDefault(LINKER_VARIABLE, "")).stream().anyMatch(LibraryFolders::holdsCudnn)) {
            return new LibraryFolders(List.of(), LINKER_VARIABLE + ", which has a " + CUDNN);
        }
        return packages.glob("nvidia", "cudnn", "lib").stream().filter(LibraryFolders::holdsCudnn).findFirst()
                .map(cudnn -> ofPackages(cudnn.getParent().getParent()))
                .orElseGet(() -> new LibraryFolders(List.of(), "the system's linker"));
    }

    /** All packages of NVIDIA beside each other: cuDNN opens libraries of others by name. */
    private static LibraryFolders ofPackages(Path nvidia) {
        List<Path> folders = PythonPackages.matching(nvidia, "*").stream().map(name -> name.resolve("lib"))
                .filter(folder -> !PythonPackages.matching(folder, "*.so*").isEmpty()).toList();
        return new LibraryFolders(folders, "Python packages in " + nvidia);
    }

    private static List<Path> paths(String list) {
        return Stream.of(list.split(":")).filter(path -> !path.isBlank()).map(Path::of).toList();
    }

    private static boolean holdsCudnn(Path folder) {
        return Files.exists(folder.resolve(CUDNN));
    }

    /** For the environment of a command. */
    String variable() {
        return folders.stream().map(Path::toString).collect(Collectors.joining(":"));
    }

    /** cuDNN's libraries, in the first folder that has them. */
    List<Path> cudnn(Map<String, String> environment) {
        return Stream.of(folders.stream(), paths(environment.getOrDefault(LINKER_VARIABLE, "")).stream(),
                        SYSTEM.stream().map(Path::of)).flatMap(all -> all)
                .map(folder -> PythonPackages.matching(folder, "libcudnn*.so.9")).filter(found -> !found.isEmpty())
                .findFirst().orElse(List.of());
    }
}
