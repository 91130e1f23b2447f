package lobule.device.cpu.onednn;

import lobule.device.host.LibraryCache;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;

/**
 * Brings oneDNN's libraries into the process. JavaCPP loads what lies in its cache where sizes and times agree, and
 * takes a folder of a known name in {@code java.io.tmpdir} where it can write to no other: it is told which.
 */
final class Unpacking {
    private static final String CACHE = "org.bytedeco.javacpp.cachedir";

    private Unpacking() {}

    /** JavaCPP reads the property once. */
    static synchronized void load() {
        if (Loader.getLoadedLibraries().isEmpty()) {
            String named = System.getProperty(CACHE, System.getProperty("user.home") + "/.javacpp/cache");
            try (LibraryCache cache = LibraryCache.open(named)) {
                System.setProperty(CACHE, cache.path());
                Loader.load(dnnl.class);
            }
        }
    }
}
