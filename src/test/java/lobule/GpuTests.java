package lobule;

import static org.junit.platform.engine.discovery.ClassNameFilter.includeClassNamePatterns;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;
import static org.junit.platform.launcher.TagFilter.excludeTags;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.UniqueId;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** Runs the tests of the CUDA device, all or some, without Maven, on a machine that has the portable image only. */
final class GpuTests {
    private GpuTests() {}

    /** @param arguments names of classes, such as {@code CudaMemoryTest}; none for all */
    public static void main(String[] arguments) {
        String names = arguments.length == 0 ? "Cuda\\w*Test" : String.join("|", arguments);
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request().selectors(selectPackage("lobule"))
                .filters(includeClassNamePatterns(".*\\.(" + names + ")"), excludeTags("slow")).build(), listener,
                new Progress(out));
        listener.getSummary().printFailuresTo(out);
        listener.getSummary().printTo(out);
        boolean passed = listener.getSummary().getTestsSucceededCount() > 0
                && listener.getSummary().getTotalFailureCount() == 0;
        System.exit(passed ? 0 : 1);
    }

    /** A line a test, so that a run that is cut off has said how far it came. */
    private record Progress(PrintWriter out) implements TestExecutionListener {
        @Override
        public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
            if (identifier.isTest()) {
                out.println(result.getStatus() + " " + identifier.getUniqueIdObject().getSegments().stream().skip(1)
                        .map(UniqueId.Segment::getValue).collect(Collectors.joining(" ")) + " "
                        + identifier.getDisplayName());
            }
        }

        @Override
        public void executionSkipped(TestIdentifier identifier, String reason) {
            out.println("SKIPPED " + identifier.getDisplayName() + ": " + reason);
        }
    }
}
