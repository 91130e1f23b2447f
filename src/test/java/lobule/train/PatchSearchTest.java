package lobule.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import lobule.device.TensorTooLargeException;
import lobule.train.PatchSearch.Outcome;
import org.junit.jupiter.api.Test;

class PatchSearchTest {
    private final List<String> tried = new ArrayList<>();

    /** Voxels of a patch. */
    private long voxels(String patch) {
        tried.add(patch);
        return Arrays.stream(patch.split("x", -1)).mapToLong(Long::parseLong).reduce(1, Math::multiplyExact);
    }

    private Outcome search(int rank, long limit) {
        return new PatchSearch(rank, limit, this::voxels).run();
    }

    private static Outcome outcome(String largest, String next) {
        return new Outcome(Optional.ofNullable(largest), Optional.ofNullable(next));
    }

    @Test
    void theLargestThatFitsIsFoundToTheByte() {
        assertEquals(outcome("60x60x52", "68x68x60"), search(3, 60 * 60 * 52));
        assertEquals(outcome("52x52x44", "60x60x52"), search(3, 60 * 60 * 52 - 1));
        assertEquals(outcome("60x60", "68x68"), search(2, 60 * 60));
    }

    /** Every size of the family is the answer for some limit. */
    @Test
    void noSizeIsPassedOver() {
        for (long size = 12; size < 600; size += 8) {
            String patch = size + "x" + size + "x" + (size - 8);
            assertEquals(Optional.of(patch), search(3, size * size * (size - 8)).largest());
        }
    }

    @Test
    void thereMayBeNone() {
        assertEquals(outcome(null, "12x12x4"), search(3, 12 * 12 * 4 - 1));
        assertEquals(outcome(null, "4x4"), search(2, 0));
        assertEquals(outcome("4x4", "12x12"), search(2, 16));
        assertEquals(outcome(null, "4x4"), search(2, -5));
    }

    @Test
    void fewSizesAreTried() {
        search(3, 1 << 30);
        assertTrue(tried.size() < 20, tried.toString());
    }

    @Test
    void theEndOfTheFamilyIsFound() {
        assertEquals(outcome("99996x99996", null), search(2, Long.MAX_VALUE));
    }

    @Test
    void whatADeviceCannotCountDoesNotFit() {
        Outcome outcome = new PatchSearch(2, Long.MAX_VALUE, patch -> {
            if (voxels(patch) > 100 * 100) {
                throw new TensorTooLargeException("too large");
            }
            return 1;
        }).run();
        assertEquals(outcome("100x100", "108x108"), outcome);
    }
}
