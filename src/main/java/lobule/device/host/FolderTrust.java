package lobule.device.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Who beside this user and root could put something into a folder, or another one into its place. */
final class FolderTrust {
    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int OPEN_TO_OTHERS = 0011;
    /** Others may add entries, but not rename or remove those that are not theirs. */
    private static final int STICKY = 01000;
    private static final int ROOT = 0;
    private static final int USER = effectiveUser();

    private FolderTrust() {}

    /** Whether nobody else can, now or by what lies there already; false also where that cannot be seen. */
    static boolean isOursAlone(Path folder) {
        try {
            Path real = folder.toRealPath();
            return isOwned(real) && (mode(real) & WRITABLE_BY_OTHERS) == 0 && cannotBeReplaced(real)
                    && contentIsOurs(real);
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    private static boolean cannotBeReplaced(Path real) throws IOException {
        for (Path above = real.getParent(); above != null; above = above.getParent()) {
            boolean safe = (mode(above) & WRITABLE_BY_OTHERS) == 0 || (mode(above) & STICKY) != 0;
            if (!isOwned(above) || !safe) {
                return false;
            }
        }
        return true;
    }

    /** Modes matter only where others get in at all. */
    private static boolean contentIsOurs(Path folder) throws IOException {
        boolean open = (mode(folder) & OPEN_TO_OTHERS) != 0;
        try (Stream<Path> entries = Files.walk(folder)) {
            for (Path entry : (Iterable<Path>) entries::iterator) {
                boolean writable = open && !Files.isSymbolicLink(entry) && (mode(entry) & WRITABLE_BY_OTHERS) != 0;
                if (!isOwned(entry) || writable) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean isOwned(Path path) throws IOException {
        int owner = attribute(path, "unix:uid");
        return owner == USER || owner == ROOT;
    }

    private static int mode(Path path) throws IOException {
        return attribute(path, "unix:mode");
    }

    private static int attribute(Path path, String name) throws IOException {
        return (int) Files.getAttribute(path, name, LinkOption.NOFOLLOW_LINKS);
    }

    private static int effectiveUser() {
        Linker linker = Linker.nativeLinker();
        try {
            return (int) linker.downcallHandle(linker.defaultLookup().findOrThrow("geteuid"),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT)).invokeExact();
        } catch (Throwable e) {
            throw new AssertionError("geteuid does not fail", e);
        }
    }
}
