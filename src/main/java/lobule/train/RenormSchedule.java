package lobule.train;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lobule.file.InputException;

/** The clip of batch renormalisation by the number of the optimiser step, from 1. Pure functions. */
public sealed interface RenormSchedule {

    /** Bounds of r (1/rMax to rMax) and d (-dMax to dMax); (1, 0) is plain batch normalisation. */
    record Clip(double rMax, double dMax) {}

    /** @param step may be fractional, where a shrunken step axis is read */
    Clip at(double step);

    /** How settings name it. */
    String label();

    /** The same clip throughout. */
    record Fixed(Clip clip) implements RenormSchedule {
        private static final Pattern TEXT = Pattern.compile(
                "fixed:(\\d{1,9}(?:\\.\\d{1,9})?),(\\d{1,9}(?:\\.\\d{1,9})?)");

        private static Fixed parse(String name) {
            Matcher matcher = TEXT.matcher(name);
            if (!matcher.matches() || Double.parseDouble(matcher.group(1)) < 1) {
                throw new InputException("renorm.schedule is \"" + name + "\", expected paper, staged or fixed:R,D"
                        + " with R at least 1 and D at least 0, such as fixed:3,5.");
            }
            return new Fixed(new Clip(Double.parseDouble(matcher.group(1)), Double.parseDouble(matcher.group(2))));
        }

        @Override
        public Clip at(double step) {
            return clip;
        }

        @Override
        public String label() {
            return "fixed:" + clip.rMax() + "," + clip.dMax();
        }
    }

    /** The stages of the experiments, as read off their plots. */
    record Staged() implements RenormSchedule {
        private record Stage(double from, Clip clip) {}

        private static final List<Stage> STAGES = List.of(
                new Stage(0, new Clip(1, 0)), new Stage(30_000, new Clip(1.25, 1)), new Stage(52_000, new Clip(1.5, 2)),
                new Stage(87_000, new Clip(2, 3)), new Stage(120_000, new Clip(2.5, 4)),
                new Stage(138_000, new Clip(3, 5)));

        @Override
        public Clip at(double step) {
            return STAGES.reversed().stream().filter(stage -> stage.from <= step).findFirst()
                    .orElse(STAGES.getFirst()).clip;
        }

        @Override
        public String label() {
            return "staged";
        }
    }

    /** Ioffe 2017: plain batch normalisation for 5k steps, then r_max linearly to 3 by 40k and d_max to 5 by 25k. */
    record Paper() implements RenormSchedule {
        private static final double START = 5_000;
        private static final double R_END = 40_000;
        private static final double D_END = 25_000;

        @Override
        public Clip at(double step) {
            return new Clip(1 + 2 * share(step, R_END), 5 * share(step, D_END));
        }

        private static double share(double step, double end) {
            return Math.clamp((step - START) / (end - START), 0, 1);
        }

        @Override
        public String label() {
            return "paper";
        }
    }

    /**
     * The schedule of this name: {@code fixed:R,D}, {@code staged} or {@code paper}.
     *
     * @throws InputException naming the known ones
     */
    static RenormSchedule of(String name) {
        return switch (name) {
            case "staged" -> new Staged();
            case "paper" -> new Paper();
            default -> Fixed.parse(name);
        };
    }
}
