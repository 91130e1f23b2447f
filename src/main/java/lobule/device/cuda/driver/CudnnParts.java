package lobule.device.cuda.driver;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import lobule.device.host.LibraryFiles;

/**
 * What cuDNN opens by name at its calls, and ends the process where one is missing: opened here beforehand, so that it
 * is found wherever it lies, and said where it does not.
 *
 * <p>cuDNN 9 is a small {@code libcudnn.so.9} over libraries beside it (docs.nvidia.com/deeplearning/cudnn, overview of
 * the API), of which the legacy calls for attention and recurrent networks are left out here. A cuDNN in one file, as a
 * static build makes it, has no such libraries and needs none.
 *
 * @param libraries in the order in which they were opened
 * @param problem   why cuDNN cannot be used, in one sentence; empty where it can
 */
record CudnnParts(List<NativeLibrary> libraries, String problem) {
    /** Each may be linked with those before it. */
    private static final List<String> NEEDED = List.of("graph", "ops", "cnn", "heuristic", "engines_precompiled",
            "engines_runtime_compiled");
    /** Legacy recurrent networks and attention: opened at their calls, which are not made here. */
    private static final String UNUSED = "libcudnn_adv.so.9";
    private static final String WHOLE = "; install cuDNN whole: all files libcudnn*.so.9 of one release in one folder";
    private static final Pattern RELEASE = Pattern.compile("\\.so\\.(9\\.\\d+\\.\\d+)$");
    /** The front has no kernels: a tenth of a MiB. A cuDNN in one file has hundreds. */
    private static final long LARGEST_FRONT = 16L << 20;

    static CudnnParts none() {
        return new CudnnParts(List.of(), "");
    }

    /** Those of a cuDNN that was loaded. */
    static CudnnParts load(NativeLibrary cudnn, SearchPath folders) {
        List<String> beside = beside(cudnn);
        if (beside.isEmpty() && !isFront(cudnn)) {
            return none();
        }
        SearchPath search = folders.after(cudnn);
        List<NativeLibrary> libraries = new ArrayList<>();
        List<String> needed = NEEDED.stream().map(part -> "libcudnn_" + part + ".so.9").toList();
        for (String name : Stream.concat(needed.stream(), beside.stream()).distinct().toList()) {
            NativeLibrary library = NativeLibrary.load(name, search);
            libraries.add(library);
            if (!library.loaded() && needed.contains(name)) {
                return new CudnnParts(libraries, missing(cudnn, library, WHOLE));
            }
        }
        Optional<String> mismatch = libraries.stream().filter(NativeLibrary::loaded)
                .flatMap(part -> mismatch(cudnn, part).stream()).findFirst();
        return mismatch.map(problem -> new CudnnParts(libraries, problem + WHOLE))
                .orElseGet(() -> withToolkit(cudnn, libraries, search));
    }

    /** cuBLAS's lower half and the run-time compiler, of the CUDA that this cuDNN was built for. */
    private static CudnnParts withToolkit(NativeLibrary cudnn, List<NativeLibrary> parts, SearchPath search) {
        long cuda = cudnn.function("cudnnGetCudartVersion", FunctionDescriptor.of(ValueLayout.JAVA_LONG))
                .map(CudnnParts::number).orElse(12_000L) / 1000;
        NativeLibrary products = NativeLibrary.load("libcublasLt.so." + cuda, search);
        NativeLibrary compiler = NativeLibrary.load("libnvrtc.so." + cuda, search);
        List<NativeLibrary> all = Stream.concat(parts.stream(), Stream.of(products, compiler)).toList();
        // without the compiler only the engines that need it fail, which is an answer that cuDNN gives
        return new CudnnParts(all, products.loaded() ? "" : missing(cudnn, products, "; it comes with cuBLAS of CUDA "
                + cuda + ": install that, or name its folder in LOBULE_CUDA_LIBRARIES"));
    }

    private static String missing(NativeLibrary cudnn, NativeLibrary part, String remedy) {
        return cudnn.path() + " opens " + part.name() + " by name and would end the process, as that could not be "
                + "loaded (" + part.problem() + ")" + remedy;
    }

    /** Names of the parts that lie where cuDNN was found, or where the link found there leads. */
    private static List<String> beside(NativeLibrary cudnn) {
        return Stream.of(cudnn.path(), LibraryFiles.real(cudnn.path()))
                .flatMap(file -> LibraryFiles.folder(file).stream()).distinct()
                .flatMap(folder -> LibraryFiles.names(folder).stream())
                .filter(name -> name.matches("libcudnn_\\w+\\.so\\.9") && !name.equals(UNUSED)).distinct().toList();
    }

    /** Whether the file is small and names a part, which it must to open it. */
    private static boolean isFront(NativeLibrary cudnn) {
        return LibraryFiles.contains(cudnn.path(), "cudnn_graph", LARGEST_FRONT);
    }

    /** A part of another release, by the file's name or by what the part says of those it was linked with. */
    private static Optional<String> mismatch(NativeLibrary cudnn, NativeLibrary part) {
        Optional<String> own = release(part);
        Optional<String> front = release(cudnn);
        if (own.isPresent() && front.isPresent() && !own.equals(front)) {
            return Optional.of(part.path() + " is of cuDNN " + own.get() + ", " + cudnn.path() + " of "
                    + front.get());
        }
        String name = part.name().replaceFirst("libcudnn_(\\w+)\\.so\\.9", "$1");
        String check = "cudnn" + name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1) + "VersionCheck";
        return part.function(check, FunctionDescriptor.of(ValueLayout.JAVA_INT)).map(CudnnParts::number)
                .filter(status -> status != 0).map(status -> part.path() + " is of another release than the parts of "
                        + "cuDNN that it works with (" + check + " gives " + status + ")");
    }

    private static Optional<String> release(NativeLibrary library) {
        Matcher matcher = RELEASE.matcher(LibraryFiles.real(library.path()));
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    private static long number(MethodHandle function) {
        try {
            return ((Number) function.invoke()).longValue();
        } catch (Throwable e) {
            throw new AssertionError("functions of C do not throw", e);
        }
    }
}
