package lobule.firsthour;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lobule.device.cuda.options.LibraryFolders;
import lobule.device.host.LibraryFiles;

/**
 * Where cuDNN and cuBLAS are to be taken from.
 *
 * @param folders for {@code LOBULE_CUDA_LIBRARIES}; none where the system's linker is to look
 * @param source  who named them
 */
record CudaFolders(List<Path> folders, String source) {
    private static final String LINKER_VARIABLE = "LD_LIBRARY_PATH";
    private static final String CUDNN = "libcudnn.so.9";
    private static final List<String> SYSTEM = List.of("/usr/local/cuda/lib64", "/usr/lib/x86_64-linux-gnu",
            "/usr/local/lib", "/usr/lib64", "/usr/lib");

    /** What the environment names, then Python packages that hold cuDNN, then the system's own. */
    static CudaFolders find(Map<String, String> environment, PythonPackages packages) {
        if (!environment.getOrDefault(LibraryFolders.VARIABLE, "").isBlank()) {
            return new CudaFolders(paths(environment.get(LibraryFolders.VARIABLE)),
                    LibraryFolders.VARIABLE + " as it was set");
        }
        if (paths(environment.getOrDefault(LINKER_VARIABLE, "")).stream().anyMatch(CudaFolders::holdsCudnn)) {
            return new CudaFolders(List.of(), LINKER_VARIABLE + ", which has a " + CUDNN);
        }
        return packages.glob("nvidia", "cudnn", "lib").stream().filter(CudaFolders::holdsCudnn).findFirst()
                .map(CudaFolders::ofPackages)
                .orElseGet(() -> new CudaFolders(List.of(), "the system's linker"));
    }

    /** All packages of NVIDIA beside each other: cuDNN opens libraries of others by name. */
    private static CudaFolders ofPackages(Path cudnn) {
        List<Path> folders = LibraryFiles.packagesBeside(cudnn.toString()).stream().map(Path::of)
                .filter(folder -> !PythonPackages.matching(folder, "*.so*").isEmpty()).toList();
        return new CudaFolders(folders, "Python packages in " + cudnn.getParent().getParent());
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
