package lobule.device.cuda.driver;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.util.EnumSet;
import java.util.Set;
import jcuda.JCudaVersion;
import jcuda.LibUtils;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.JCublas2;
import jcuda.jcudnn.JCudnn;
import lobule.device.DeviceUnavailableException;
import lobule.device.host.PrivateFolder;

/**
 * JCuda's own libraries, one for each of NVIDIA's. By itself JCuda takes a file of a fixed name in
 * {@code java.io.tmpdir}, whoever put it there; here it finds the one from its jar, in a private folder.
 */
enum Binding {
    DRIVER("JCudaDriver", JCudaDriver.class),
    CUDNN("JCudnn", JCudnn.class),
    CUBLAS("JCublas2", JCublas2.class);

    private static final String TEMPORARY = "java.io.tmpdir";
    private static final Set<Binding> LOADED = EnumSet.noneOf(Binding.class);

    private final String library;
    private final Class<?> calls;

    Binding(String library, Class<?> calls) {
        this.library = library;
        this.calls = calls;
    }

    /**
     * Loads it where it is not yet; NVIDIA's library must be there.
     *
     * @throws DeviceUnavailableException where it cannot be unpacked or loaded: which file, why, and what to do
     */
    void load() {
        synchronized (LOADED) {
            if (!LOADED.contains(this)) {
                try (PrivateFolder folder = PrivateFolder.create()) {
                    requireLoadable(unpack(folder));
                    initialiseWith(folder.path());
                }
                LOADED.add(this);
            }
        }
    }

    private String unpack(PrivateFolder folder) {
        String name = LibUtils.createLibraryFileName(LibUtils.createPlatformLibraryName(
                library + "-" + JCudaVersion.get()));
        try (InputStream packed = LibUtils.class.getClassLoader().getResourceAsStream("lib/" + name)) {
            if (packed == null) {
                throw new DeviceUnavailableException("device cuda: lib/" + name + " is in no jar of the class path; "
                        + "JCuda ships it for linux-x86_64: add the natives of JCuda " + JCudaVersion.get(), null);
            }
            return folder.unpack(packed, name);
        } catch (IOException e) {
            throw new UncheckedIOException("closing lib/" + name, e);
        }
    }

    /** JCuda's message would be of many lines. */
    private static void requireLoadable(String file) {
        String problem = DynamicLinker.open(file).problem();
        if (!problem.isEmpty()) {
            throw new DeviceUnavailableException("device cuda: JCuda's library could not be loaded (" + problem + "); "
                    + PrivateFolder.remedy(), null);
        }
    }

    /** JCuda reads the property at each load, and at no other time. */
    private void initialiseWith(String folder) {
        String before = System.setProperty(TEMPORARY, folder);
        try {
            MethodHandles.lookup().ensureInitialized(calls);
        } catch (IllegalAccessException e) {
            throw new AssertionError(calls + " is public", e);
        } finally {
            System.setProperty(TEMPORARY, before);
        }
    }
}
