package lobule.cli;

import java.util.Arrays;
import java.util.List;
import lobule.device.cuda.options.CudaOptions;

/** What the environment says about CUDA. */
final class CudaEnvironment {
    /** Folders with the CUDA libraries, separated by colons. */
    private static final String LIBRARIES = "LOBULE_CUDA_LIBRARIES";

    private CudaEnvironment() {}

    static CudaOptions options() {
        return CudaOptions.defaults().withLibraryFolders(folders(System.getenv().getOrDefault(LIBRARIES, "")));
    }

    static List<String> folders(String path) {
        return Arrays.stream(path.split(":")).filter(folder -> !folder.isBlank()).toList();
    }
}
