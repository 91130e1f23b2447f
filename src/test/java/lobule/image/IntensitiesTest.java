package lobule.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import lobule.SharedFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A body of air, fat, soft tissue and bone with noise, on other scales than Hounsfield's. */
class IntensitiesTest {
    private static final IntensityWindow WINDOW = IntensityWindow.SOFT_TISSUE;

    private static String doubt(boolean withAir, DoubleUnaryOperator scale) {
        Random random = new Random(3);
        try (Arena arena = Arena.ofConfined()) {
            Volume volume = Volume.allocate("body", new Grid(40, 30, 20, Affine.ofSpacing(1, 1, 1)), arena);
            for (long i = 0; i < volume.grid().voxels(); i++) {
                double kind = random.nextDouble() * (withAir ? 1 : 0.6);
                double hounsfield = kind < 0.15 ? -100 : kind < 0.55 ? 50 : kind < 0.6 ? 400 : -1000;
                volume.voxels().setAtIndex(ValueLayout.JAVA_FLOAT, i,
                        (float) scale.applyAsDouble(hounsfield + 15 * random.nextGaussian()));
            }
            return Intensities.of(volume).doubt(WINDOW).orElse("");
        }
    }

    static Stream<Arguments> otherScales() {
        return Stream.of(scale("offset 1024", v -> v + 1024), scale("offset 1000", v -> v + 1000),
                scale("offset 1024, cut at 0", v -> Math.max(0, v + 1024)), scale("twice rescaled", v -> v - 1024),
                scale("offset 500", v -> v + 500), scale("offset -400", v -> v - 400),
                scale("0 to 1", v -> Math.clamp((v + 1024) / 4096, 0.0, 1.0)),
                scale("-1 to 1", v -> Math.clamp((v + 1024) / 2048 - 1, -1.0, 1.0)),
                scale("a windowed 0 to 1", v -> (Math.clamp(v, -160, 240) + 160) / 400),
                scale("a windowed -1 to 1", v -> (Math.clamp(v, -160, 240) - 40) / 200),
                scale("bytes", v -> Math.rint(Math.clamp((v + 1024) / 8, 0.0, 255.0))),
                scale("attenuation in 1/cm", v -> 0.19 * (1 + v / 1000)), scale("thousandths", v -> v / 1000),
                scale("tenths", v -> v / 10), scale("halves", v -> v / 2), scale("doubled", v -> 2 * v),
                scale("tenfold", v -> 10 * v), scale("normalised", v -> (v + 200) / 400), scale("constant", v -> 0),
                scale("inverted", v -> -v));
    }

    private static Arguments scale(String name, DoubleUnaryOperator scale) {
        return Arguments.of(name, scale);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("otherScales")
    void otherScalesAreDoubtedWithFigures(String name, DoubleUnaryOperator scale) {
        String doubt = doubt(true, scale);
        assertTrue(doubt.contains("do not look like Hounsfield units in the window [-160, 240]")
                && doubt.contains("median"), name + ": " + doubt);
    }

    @Test
    void hounsfieldUnitsAreNot() {
        assertEquals("", doubt(true, v -> v));
        assertEquals("", doubt(false, v -> v), "cut out of a body");
        assertEquals("", doubt(true, v -> Math.clamp(v, -1024, 3071)));
        assertEquals("", doubt(true, v -> v < -900 ? -2048 : v), "padding below air");
        assertEquals("", doubt(true, v -> v < -900 ? -32768 : v), "padding far below");
    }

    @Test
    void realCtIsNotDoubted() {
        for (String name : new String[] {"ct/imagesTr/tsexample.nii.gz", "ct/imagesTr/ircad01.nii.gz",
            "ct/imagesTr/ircad07.nii.gz", "cases/ct/ref.nii.gz"}) {
            try (Arena arena = Arena.ofShared()) {
                Volume ct = NiftiReader.read(SharedFiles.require(name), arena);
                assertEquals("", Intensities.of(ct).doubt(WINDOW).orElse(""), name);
            }
        }
    }
}
