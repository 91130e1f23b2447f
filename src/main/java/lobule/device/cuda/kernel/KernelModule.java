package lobule.device.cuda.kernel;

import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleLoadData;
import static jcuda.driver.JCudaDriver.cuModuleUnload;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import lobule.device.cuda.driver.Driver;

/** The own kernels of one source file, loaded from their PTX on first use; each function is looked up once. */
final class KernelModule implements AutoCloseable {
    private final String name;
    private final CUmodule module = new CUmodule();
    private final Map<String, CUfunction> functions = new HashMap<>();

    /** @param name of the source file, without {@code .cu} */
    KernelModule(String name) {
        this.name = name;
        Driver.check(cuModuleLoadData(module, image(name)), "cuModuleLoadData", "kernels " + name + ".ptx");
    }

    /** The text with the terminating zero that the driver wants. */
    private static byte[] image(String name) {
        try (InputStream in = KernelModule.class.getResourceAsStream(name + ".ptx")) {
            if (in == null) {
                throw new IllegalStateException("device cuda: the program has no kernels " + name
                        + ".ptx; it was built without them");
            }
            byte[] text = in.readAllBytes();
            return Arrays.copyOf(text, text.length + 1);
        } catch (IOException e) {
            throw new UncheckedIOException("device cuda: kernels " + name + ".ptx cannot be read from the program", e);
        }
    }

    CUfunction function(String function) {
        return functions.computeIfAbsent(function, key -> {
            CUfunction found = new CUfunction();
            Driver.check(cuModuleGetFunction(found, module, key), "cuModuleGetFunction", key + " in " + name + ".ptx");
            return found;
        });
    }

    @Override
    public void close() {
        Driver.check(cuModuleUnload(module), "cuModuleUnload", name + ".ptx");
    }
}
