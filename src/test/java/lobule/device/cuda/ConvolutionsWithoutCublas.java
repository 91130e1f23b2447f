package lobule.device.cuda;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import lobule.device.ConvolutionSuites;
import lobule.device.Device;
import org.junit.jupiter.api.Assertions;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** The suites of the convolutions where cuDNN computes all of them, in a JVM of its own that finds no cuBLAS. */
public final class ConvolutionsWithoutCublas {
    private ConvolutionsWithoutCublas() {}

    /** Prints how many tests passed and failed. */
    public static void main(String[] arguments) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(Suites.class)).build(), listener);
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        listener.getSummary().printFailuresTo(out);
        out.println("passed " + listener.getSummary().getTestsSucceededCount() + ", failed "
                + listener.getSummary().getTotalFailureCount());
    }

    /** Not named as tests are, so that only this program runs it. */
    static class Suites extends ConvolutionSuites {
        @Override
        protected Device open() {
            CudaDevice device = SimulatedGpu.open();
            Assertions.assertTrue(device.description().contains("no cuBLAS"), device::description);
            return device;
        }
    }
}
