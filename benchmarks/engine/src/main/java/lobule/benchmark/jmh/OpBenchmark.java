package lobule.benchmark.jmh;

import java.util.concurrent.TimeUnit;
import lobule.device.cpu.CpuDevice;
import lobule.graph.Node;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One node of the training step at the network's real shapes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class OpBenchmark {
    /** Name of the node in the graph. */
    @Param("head")
    public String node;

    private CpuDevice device;
    private BoundOp op;

    /** Runs on the thread that is measured, which oneDNN's number of threads belongs to. */
    @Setup
    public void prepare(Network network) {
        Node measured = DistinctOps.node(network.task(), node);
        device = network.device();
        OpCheck.check(device, network.task(), measured);
        op = BoundOp.repeatable(device, measured);
    }

    @Benchmark
    public void run() {
        op.run();
    }

    @TearDown
    public void close() {
        op.close();
        device.close();
    }
}
