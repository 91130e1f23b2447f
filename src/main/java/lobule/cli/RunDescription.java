package lobule.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import lobule.data.Dataset;
import lobule.data.Patch;
import lobule.device.Device;
import lobule.device.cuda.options.AlgorithmReuse;
import lobule.nn.TrainingModel;
import lobule.op.Value.Role;
import lobule.plan.MemoryPlan;
import lobule.runtime.Regions;
import lobule.train.RunFolder;
import lobule.train.Sample;
import lobule.train.StepMetrics;
import lobule.train.TrainConfig;
import lobule.train.TrainingData;

/** What is said before and after a run. */
final class RunDescription {
    private final PrintWriter out;

    RunDescription(PrintWriter out) {
        this.out = out;
    }

    void device(Device device, String reason) {
        line("device", device.name() + ", " + reason + ": " + device.description());
    }

    /** Regions are taken once and for all; the arena is what the plan packs all activations and workspaces into. */
    void memory(TrainingModel model) {
        Regions regions = model.regions();
        MemoryPlan plan = model.program().plan();
        line("memory", String.format(Locale.ROOT, "%s: parameters %s, statistics %s, gradients %s, optimiser %s,"
                        + " arena %s (no plan needs less than %s)%s", Quantities.bytes(model.plannedBytes()),
                Quantities.bytes(regions.bytes(Role.PARAMETER)), Quantities.bytes(regions.bytes(Role.STATE)),
                Quantities.bytes(regions.bytes(Role.GRADIENT)), Quantities.bytes(regions.bytes(Role.OPTIMIZER)),
                Quantities.bytes(plan.arenaBytes()), Quantities.bytes(plan.lowerBoundBytes()),
                regions.bytes(Role.INPUT) == 0 ? "" : ", next mini-batch "
                        + Quantities.bytes(regions.bytes(Role.INPUT))));
    }

    /** How a GPU computes the convolutions: as recorded, or why not. */
    void algorithms(AlgorithmReuse reuse) {
        String because = reuse.reason().isEmpty() ? "" : " anew: " + reuse.reason();
        String chosen = "algorithms of " + reuse.chosen() + " convolutions chosen" + because;
        String recorded = "algorithms of " + reuse.reused() + " convolutions as recorded in the run's folder";
        line("gpu", reuse.chosen() == 0 ? recorded : reuse.reused() == 0 ? chosen : recorded + ", " + chosen);
    }

    /** A record of algorithms that this device has no use for. */
    void unusedAlgorithms(Path record, Device device) {
        line("gpu", record + " is left as it is: device " + device.name() + " does not use it");
    }

    void data(TrainConfig config, TrainingData data) {
        data.dataset().ifPresent(this::dataset);
        if (!config.data().overfit()) {
            line("data", "training on " + String.join(", ", data.trainingCases()) + "; evaluated on "
                    + data.evaluation().size() + " patches of " + (config.data().validationCase() == null
                            ? "the same" : config.data().validationCase()));
        }
        notes(data.notes());
        Sample sample = data.evaluation().getFirst();
        Patch patch = sample.patch();
        line("patch", String.format(Locale.ROOT, "%s of %s at (z, y, x) = (%d, %d, %d), %.0f %% foreground%s",
                config.patch(), sample.volume().name(), patch.z(), patch.y(), patch.x(), 100 * sample.foregroundShare(),
                config.data().overfit() ? "; trained and evaluated on it alone" : " (the first evaluated)"));
    }

    /** What a user should know, a sentence each. */
    void notes(List<String> notes) {
        notes.forEach(note -> line("note", note));
    }

    private void dataset(Dataset dataset) {
        int cases = dataset.cases().size();
        line("data", dataset.folder() + ": " + cases + (cases == 1 ? " case" : " cases") + ", "
                + dataset.origin().text() + "; classes " + dataset.labels().text());
    }

    void folder(RunFolder folder) {
        line("out", folder.path().toString());
    }

    void summary(RunFolder folder, TrainConfig config, Optional<StepMetrics> last, double seconds) {
        if (last.isEmpty()) {
            out.println(folder.hasCheckpoint() ? "no step was left to do" :
                    "stopped before the first step; there is no checkpoint");
            return;
        }
        StepMetrics metrics = last.get();
        out.println((metrics.step() < config.steps() ? "stopped after step " : "done: step ") + metrics.step() + " of "
                + config.steps() + " in " + Quantities.duration(seconds)
                + metrics.evaluation().map(scores -> String.format(Locale.ROOT, ", eval_loss %.4f, eval_jaccard %.4f,"
                        + " mean largest probability %.4f", scores.loss(), scores.jaccard(),
                        scores.meanLargestProbability())).orElse(""));
        line("model", folder.model().toString());
        picture("curves", folder.progress());
        picture("overlay", folder.overlay());
        line("mask", folder.prediction().toString());
        if (metrics.step() < config.steps()) {
            line("go on", "./lobule train --resume " + folder.path());
        }
    }

    /** Where there is one: a run goes on without. */
    private void picture(String name, Path file) {
        if (Files.isRegularFile(file)) {
            line(name, file.toString());
        }
    }

    void line(String name, String text) {
        out.println(String.format(Locale.ROOT, "%-8s %s", name, text));
        out.flush();
    }
}
