package lobule.device.cuda.options;

import java.util.Arrays;
import java.util.List;

/** Folders that are searched for the CUDA libraries before the system's own search. */
public final class LibraryFolders {
    /** Names them, separated by colons. */
    public static final String VARIABLE = "LOBULE_CUDA_LIBRARIES";

    private LibraryFolders() {}

    /** Those that the environment of this process names. */
    public static List<String> ofEnvironment() {
        return Arrays.stream(System.getenv().getOrDefault(VARIABLE, "").split(":")).filter(name -> !name.isBlank())
                .toList();
    }
}
