package lobule.train;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import lobule.data.Patch;
import lobule.data.PatchShape;
import lobule.evaluation.Logits;
import lobule.file.InputException;
import lobule.image.Grid;
import lobule.image.Mask;
import lobule.image.NiftiWriter;
import lobule.report.CurvePoint;
import lobule.report.LabelledSlices;
import lobule.report.Overlay;
import lobule.report.PictureException;
import lobule.report.ProgressPlot;

/**
 * Draws what a run did: its curves, and the first evaluation patch with what the network makes of it. No picture ends a
 * run: where none can be drawn or written, the listener is told once.
 */
final class RunPictures {
    private final RunFolder folder;
    private final TrainConfig config;
    private final TrainingData data;
    private final TrainingListener listener;
    private final Set<String> told = new HashSet<>();

    RunPictures(RunFolder folder, TrainConfig config, TrainingData data, TrainingListener listener) {
        this.folder = folder;
        this.config = config;
        this.data = data;
        this.listener = listener;
    }

    private void attempt(Runnable picture) {
        try {
            picture.run();
        } catch (PictureException | InputException e) {
            if (told.add(e.getClass().getName())) {
                listener.warned(e.getMessage());
            }
        }
    }

    void drawProgress(List<StepMetrics> steps) {
        List<CurvePoint> points = steps.stream().map(RunPictures::point).toList();
        attempt(() -> ProgressPlot.write(folder.progress(), config.experiment(), points));
    }

    private static CurvePoint point(StepMetrics metrics) {
        return new CurvePoint(metrics.step(), metrics.loss(), metrics.jaccard(),
                metrics.evaluation().map(Scores::loss).orElse(Double.NaN),
                metrics.evaluation().map(Scores::jaccard).orElse(Double.NaN));
    }

    /** Predicts the patch and writes it as picture and as mask. */
    void drawPrediction(StepRunner runner, StepMetrics last) {
        Sample sample = data.evaluation().getFirst();
        byte[] prediction = predict(runner, sample);
        LabelledSlices slices = slices(sample, prediction);
        attempt(() -> Overlay.write(folder.overlay(), caption(sample, last), slices, -1, 1));
        try (Arena arena = Arena.ofShared()) {
            Mask mask = mask(sample, prediction, arena);
            NiftiWriter.write(data.onOwnGrid(sample.volume().name(), mask, arena), folder.prediction());
        }
    }

    private String caption(Sample sample, StepMetrics last) {
        return String.format(Locale.ROOT, "%s, %s, step %d%s", config.experiment(), sample.volume().name(), last.step(),
                last.evaluation().map(scores -> String.format(Locale.ROOT, ", Jaccard %.3f", scores.jaccard()))
                        .orElse(""));
    }

    /** The class of the largest logit of every output voxel, the lowest of equals. */
    private byte[] predict(StepRunner runner, Sample sample) {
        int voxels = Math.toIntExact(sample.patch().shape().outputVoxels());
        byte[] labels = new byte[voxels];
        try (Arena arena = Arena.ofShared()) {
            MemorySegment values = arena.allocate(config.output().elements() * Float.BYTES, Float.BYTES);
            runner.predict(sample, values);
            Logits logits = new Logits(values, config.network().classes(), voxels);
            for (int i = 0; i < voxels; i++) {
                labels[i] = (byte) logits.label(i);
            }
        }
        return labels;
    }

    private static LabelledSlices slices(Sample sample, byte[] prediction) {
        Patch patch = sample.patch().withoutPadding();
        PatchShape shape = patch.shape();
        float[] intensities = new float[prediction.length];
        byte[] truth = new byte[prediction.length];
        patch.copyInput(sample.volume().image(), MemorySegment.ofArray(intensities));
        patch.copyTarget(sample.volume().mask(), MemorySegment.ofArray(truth));
        return new LabelledSlices(shape.depth(), shape.height(), shape.width(), intensities, truth, prediction);
    }

    /** Background wherever the patch does not reach. */
    private static Mask mask(Sample sample, byte[] prediction, Arena arena) {
        Grid grid = sample.volume().grid();
        Patch patch = sample.patch();
        PatchShape shape = patch.shape();
        Mask mask = Mask.allocate("prediction", grid, arena);
        int index = 0;
        for (long z = patch.z(); z < patch.z() + shape.depth(); z++) {
            for (long y = patch.y(); y < patch.y() + shape.height(); y++) {
                for (long x = patch.x(); x < patch.x() + shape.width(); x++, index++) {
                    if (x < grid.sizeX() && y < grid.sizeY() && z < grid.sizeZ()) {
                        mask.set(x, y, z, prediction[index]);
                    }
                }
            }
        }
        return mask;
    }
}
