package lobule.plan;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The verifier is seen to refuse every way in which a plan can be wrong. */
class MemoryPlanVerifierTest {
    private static final long ALIGNMENT = 256;
    private static final Lifetime EARLY = new Lifetime("early", 512, 0, 3);
    private static final Lifetime LATE = new Lifetime("late", 512, 3, 5);
    private static final Lifetime LATER = new Lifetime("later", 512, 4, 5);

    @Test
    void blocksThatMeetOnlyInTimeOrOnlyInMemoryAreFine() {
        verify(1024, new Placement(EARLY, 0), new Placement(LATE, 512), new Placement(LATER, 0));
    }

    @Test
    void blocksThatMeetInBothAreNamed() {
        assertRefused("early", 1024, new Placement(EARLY, 0), new Placement(LATE, 256));
        assertRefused("late", 1024, new Placement(EARLY, 0), new Placement(LATE, 256));
    }

    @Test
    void oneByteTooManyIsFound() {
        Lifetime longer = new Lifetime("longer", 513, 0, 3);
        verify(1280, new Placement(EARLY, 0), new Placement(LATE, 512));
        assertRefused("longer", 1280, new Placement(longer, 0), new Placement(LATE, 512));
    }

    @Test
    void aBlockInsideAnotherIsFound() {
        Lifetime large = new Lifetime("large", 4096, 0, 9);
        assertRefused("large", 4096, new Placement(large, 0), new Placement(LATE, 1024));
    }

    @Test
    void aMisalignedBlockIsNamed() {
        assertRefused("late", 2048, new Placement(EARLY, 0), new Placement(LATE, 520));
    }

    @Test
    void aBlockBeyondTheArenaIsNamed() {
        assertRefused("late", 1023, new Placement(EARLY, 0), new Placement(LATE, 512));
    }

    @Test
    void aNegativeOffsetIsNamed() {
        assertRefused("late", 1024, new Placement(EARLY, 0), new Placement(LATE, -256));
    }

    private static void verify(long arenaBytes, Placement... placements) {
        MemoryPlanVerifier.verify(new MemoryPlan(List.of(placements), arenaBytes, 0), ALIGNMENT);
    }

    private static void assertRefused(String name, long arenaBytes, Placement... placements) {
        String message = assertThrows(IllegalStateException.class, () -> verify(arenaBytes, placements)).getMessage();
        assertTrue(message.contains(name), message);
    }
}
