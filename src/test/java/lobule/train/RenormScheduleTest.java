package lobule.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lobule.file.InputException;
import lobule.train.RenormSchedule.Clip;
import org.junit.jupiter.api.Test;

class RenormScheduleTest {
    private static final double EPSILON = 1e-12;

    @Test
    void fixedIsTheSameThroughout() {
        RenormSchedule schedule = RenormSchedule.of("fixed:2.5,4");
        assertEquals(new Clip(2.5, 4), schedule.at(1));
        assertEquals(new Clip(2.5, 4), schedule.at(1e9));
    }

    @Test
    void stagesBeginAtTheirStep() {
        RenormSchedule schedule = RenormSchedule.of("staged");
        assertEquals(new Clip(1, 0), schedule.at(1));
        List<Integer> borders = List.of(30_000, 52_000, 87_000, 120_000, 138_000);
        List<Clip> clips = List.of(new Clip(1, 0), new Clip(1.25, 1), new Clip(1.5, 2), new Clip(2, 3),
                new Clip(2.5, 4), new Clip(3, 5));
        for (int i = 0; i < borders.size(); i++) {
            assertEquals(clips.get(i), schedule.at(borders.get(i) - 1));
            assertEquals(clips.get(i + 1), schedule.at(borders.get(i)));
        }
        assertEquals(new Clip(3, 5), schedule.at(1e9));
    }

    @Test
    void paperRisesLinearlyBetweenItsBorders() {
        RenormSchedule schedule = RenormSchedule.of("paper");
        assertEquals(new Clip(1, 0), schedule.at(1));
        assertEquals(new Clip(1, 0), schedule.at(5_000));
        assertTrue(schedule.at(5_001).rMax() > 1 && schedule.at(5_001).dMax() > 0);
        assertEquals(2.5, schedule.at(15_000).dMax(), EPSILON);
        assertEquals(2, schedule.at(22_500).rMax(), EPSILON);
        assertTrue(schedule.at(24_999).dMax() < 5);
        assertEquals(5, schedule.at(25_000).dMax(), EPSILON);
        assertTrue(schedule.at(39_999).rMax() < 3);
        assertEquals(new Clip(3, 5), schedule.at(40_000));
        assertEquals(new Clip(3, 5), schedule.at(1e9));
    }

    @Test
    void scaleShrinksTheStepAxis() {
        TrainConfig.Renorm renorm = new TrainConfig.Renorm("staged", 0.001);
        assertEquals(new Clip(1, 0), renorm.at(29));
        assertEquals(new Clip(1.25, 1), renorm.at(30));
        assertEquals(new Clip(3, 5), renorm.at(138));
    }

    @Test
    void labelsAreReadBack() {
        for (String name : List.of("paper", "staged", "fixed:2.0,3.5")) {
            assertEquals(name, RenormSchedule.of(name).label());
        }
    }

    @Test
    void otherNamesAreRefused() {
        for (String name : List.of("papier", "fixed", "fixed:", "fixed:2", "fixed:0.5,1", "fixed:2,-1", "fixed:2,x",
                "fixed:1.2.3,4", "")) {
            String message = assertThrows(InputException.class, () -> RenormSchedule.of(name)).getMessage();
            assertTrue(message.contains("\"" + name + "\"") && message.contains("staged"), message);
        }
    }
}
