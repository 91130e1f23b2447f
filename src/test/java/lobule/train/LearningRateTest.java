package lobule.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import lobule.file.InputException;
import lobule.train.LearningRate.Stage;
import org.junit.jupiter.api.Test;

class LearningRateTest {

    @Test
    void aStageBeginsAtItsStep() {
        LearningRate rate = new LearningRate(
                List.of(new Stage(1, 5e-4), new Stage(19_000, 5e-5), new Stage(30_000, 5e-6)));
        assertEquals(5e-4, rate.at(1));
        assertEquals(5e-4, rate.at(18_999));
        assertEquals(5e-5, rate.at(19_000));
        assertEquals(5e-5, rate.at(29_999));
        assertEquals(5e-6, rate.at(30_000));
        assertEquals(5e-6, rate.at(Long.MAX_VALUE));
    }

    @Test
    void badStagesAreRefused() {
        assertThrows(InputException.class, () -> new LearningRate(List.of()));
        assertThrows(InputException.class, () -> new LearningRate(List.of(new Stage(2, 1e-3))));
        assertThrows(InputException.class, () -> new LearningRate(List.of(new Stage(1, 1e-3), new Stage(1, 1e-4))));
        for (double rate : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(InputException.class, () -> new Stage(1, rate));
        }
    }
}
