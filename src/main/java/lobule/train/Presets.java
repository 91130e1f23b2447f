package lobule.train;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import lobule.data.MaskGrid;
import lobule.file.InputException;

/** The experiments by name, and the phantom that a run without arguments trains on. */
public final class Presets {
    /** What runs when no experiment is named. */
    public static final String DEFAULT = "phantom";
    private static final long OVERFIT_STEPS = 600;
    /** Shrinks the paper's schedule, which ends at step 40k, to the first four fifths of an overfit run. */
    private static final double OVERFIT_RENORM_SCALE = 0.012;

    private static final LearningRate.Stage FIRST_RATE = new LearningRate.Stage(1, 5e-4);
    private static final List<LearningRate.Stage> CONSTANT = List.of(FIRST_RATE);
    /**
     * At a constant rate the 3D network with cross entropy can lose its patch again once r and d are open, as the
     * author's with dice did at 19k steps.
     */
    private static final List<LearningRate.Stage> SLOWER_LATER =
            List.of(FIRST_RATE, new LearningRate.Stage(OVERFIT_STEPS / 2 + 1, 1e-4));

    /** What sets the experiments apart. */
    private record Experiment(int rank, double dropout, String loss, long steps,
                              List<LearningRate.Stage> overfitRates) {

        TrainConfig config(String name, boolean overfit) {
            return new TrainConfig(name,
                    data(null, overfit),
                    rank == 3 ? "60x60x52" : "60x60",
                    new TrainConfig.Network(rank, 1, 2, 32, dropout),
                    new TrainConfig.Objective(loss, List.of()),
                    new TrainConfig.Optimizer("adam", 0.9, null),
                    overfit ? overfitRates : CONSTANT, 1,
                    new TrainConfig.Renorm("paper", overfit ? OVERFIT_RENORM_SCALE : 1),
                    overfit ? OVERFIT_STEPS : steps, 1, 20, 500, "none", "auto", 0, CudaSettings.DEFAULT, null);
        }
    }

    /** Steps as in the author's runs, as far as his plots tell. */
    private static final Map<String, Experiment> EXPERIMENTS = new TreeMap<>(Map.of(
            "unet2d-dropout-renorm-cce", new Experiment(2, 0.5, "cce", 156_000, CONSTANT),
            "unet3d-dropout-renorm-dice", new Experiment(3, 0.5, "dice", 10_000, CONSTANT),
            "unet3d-renorm-dice", new Experiment(3, 0, "dice", 11_000, CONSTANT),
            "unet3d-renorm-cce", new Experiment(3, 0, "cce", 12_000, SLOWER_LATER)));

    private Presets() {}

    /** Names of the experiments, the phantom not among them. */
    public static List<String> experiments() {
        return List.copyOf(EXPERIMENTS.keySet());
    }

    /**
     * The settings of an experiment before anything overrides them.
     *
     * @param overfit whether one patch is to be learned: then fewer steps, and the renorm schedule shrunk with them
     * @throws InputException listing the known names
     */
    static TrainConfig of(String name, boolean overfit) {
        if (name.equals(DEFAULT)) {
            return phantom();
        }
        Experiment experiment = EXPERIMENTS.get(name);
        if (experiment == null) {
            throw new InputException("experiment is \"" + name + "\", expected " + String.join(", ",
                    EXPERIMENTS.keySet()) + " or " + DEFAULT + ".");
        }
        return experiment.config(name, overfit);
    }

    private static TrainConfig.Data data(String source, boolean overfit) {
        return new TrainConfig.Data(source, null, null, overfit, true, 4, List.of(-160.0, 240.0), null, null,
                MaskGrid.OWN.label());
    }

    /** Small enough to end within two minutes on two cores, and through all of the renorm schedule. */
    private static TrainConfig phantom() {
        return new TrainConfig(DEFAULT,
                data(TrainConfig.PHANTOM, true),
                "12x20x20",
                new TrainConfig.Network(3, 1, 2, 4, 0),
                new TrainConfig.Objective("dice", List.of()),
                new TrainConfig.Optimizer("adam", 0.9, null),
                List.of(new LearningRate.Stage(1, 2e-3)), 1, new TrainConfig.Renorm("paper", 0.001),
                160, 1, 20, 500, "none", "auto", 0, CudaSettings.DEFAULT, null);
    }
}
