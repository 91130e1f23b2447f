package lobule.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.LongStream;
import lobule.device.Device;
import lobule.device.reference.ReferenceDevice;
import lobule.runtime.GradientRun;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Gradients of random graphs, against the reference's. */
class CudaRandomGraphTest {
    @Test
    void theReferenceAgrees() {
        assertNone(30, 6);
    }

    @Tag("slow")
    @Test
    void theReferenceAgreesOnManyGraphs() {
        assertNone(300, 9);
    }

    private static void assertNone(int seeds, int size) {
        try (Device reference = new ReferenceDevice(1); Device device = SimulatedGpu.open()) {
            assertEquals(List.of(), LongStream.range(0, seeds)
                    .mapToObj(seed -> GradientRun.difference(device, reference, seed, size))
                    .filter(text -> !text.isEmpty()).toList());
        }
    }
}
