package lobule.benchmark.jmh;

import lobule.benchmark.task.Mode;
import lobule.benchmark.task.Task;
import lobule.device.cpu.CpuDevice;
import lobule.nn.Recompute;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Which network is measured, as JMH's parameters. */
@State(Scope.Thread)
public class Network {
    /** A preset. */
    @Param("unet3d-renorm-dice")
    public String experiment;

    /** Size of the output; empty for the preset's own. */
    @Param("")
    public String patch;

    /** Or 0 for the preset's own. */
    @Param("0")
    public int baseChannels;

    @Param("0")
    public int threads;

    @Param("NONE")
    public Recompute recompute;

    Task task() {
        return Task.ofPreset(Mode.TRAINING, experiment, patch.isEmpty() ? null : patch, baseChannels,
                threads == 0 ? Runtime.getRuntime().availableProcessors() : threads).withRecompute(recompute);
    }

    CpuDevice device() {
        return new CpuDevice(task().threads());
    }
}
