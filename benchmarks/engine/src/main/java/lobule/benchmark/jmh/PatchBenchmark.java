package lobule.benchmark.jmh;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import lobule.benchmark.task.Task;
import lobule.data.LabelledVolume;
import lobule.data.Patch;
import lobule.data.PatchSampler;
import lobule.data.PatchShape;
import lobule.data.Phantom;
import lobule.image.IntensityWindow;
import lobule.nn.UNetConfig;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Patch loading: a patch with foreground is drawn and copied with its border, as a mini-batch is prepared. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class PatchBenchmark {
    private static final long SEED = 11;

    private final Arena arena = Arena.ofShared();
    private LabelledVolume volume;
    private PatchSampler sampler;
    private MemorySegment input;
    private MemorySegment target;
    private long step;

    @Setup
    public void prepare(Network network) {
        Task task = network.task();
        PatchShape shape = shape(task);
        volume = Phantom.ofSeed(SEED).generate(arena).windowed(IntensityWindow.SOFT_TISSUE, arena);
        sampler = new PatchSampler(volume, shape, true);
        input = arena.allocate(task.input().elements() * Float.BYTES, Long.BYTES);
        target = arena.allocate(shape.outputVoxels());
        check(load(), shape);
    }

    private static PatchShape shape(Task task) {
        int padding = Math.toIntExact(UNetConfig.PADDING);
        int[] sizes = task.patch().stream().mapToInt(Math::toIntExact).toArray();
        return sizes.length == 3 ? PatchShape.block(sizes[0], sizes[1], sizes[2], padding)
                : PatchShape.slice(sizes[0], sizes[1], padding);
    }

    /** Voxel by voxel: inside the volume the input is its intensities, the target its labels. */
    private void check(Patch patch, PatchShape shape) {
        MemorySegment voxels = volume.image().voxels();
        MemorySegment labels = volume.mask().labels();
        long at = 0;
        for (long d = patch.z(); d < patch.z() + shape.depth(); d++) {
            for (long h = patch.y(); h < patch.y() + shape.height(); h++) {
                for (long w = patch.x(); w < patch.x() + shape.width(); w++, at++) {
                    long inVolume = volume.grid().index(w, h, d);
                    require(patch, target.get(ValueLayout.JAVA_BYTE, at)
                            == labels.get(ValueLayout.JAVA_BYTE, inVolume), "target", at);
                    long inInput = ((d - patch.z() + shape.paddingAcross()) * shape.inputHeight()
                            + h - patch.y() + shape.padding()) * shape.inputWidth() + w - patch.x() + shape.padding();
                    require(patch, input.getAtIndex(ValueLayout.JAVA_FLOAT, inInput)
                            == voxels.getAtIndex(ValueLayout.JAVA_FLOAT, inVolume), "input", inInput);
                }
            }
        }
    }

    private static void require(Patch patch, boolean holds, String which, long index) {
        if (!holds) {
            throw new IllegalStateException("the " + which + " of " + patch + " is not the volume's at voxel " + index);
        }
    }

    private Patch load() {
        Patch patch = sampler.random(SEED, step++);
        patch.copyInput(volume.image(), input);
        patch.copyTarget(volume.mask(), target);
        return patch;
    }

    @Benchmark
    public Patch run() {
        return load();
    }

    @TearDown
    public void close() {
        arena.close();
    }
}
