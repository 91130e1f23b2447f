package lobule.device.cuda;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.op.Op;
import lobule.tensor.TensorSpec;

/** Times every launch of the kernels that pass through it. */
final class Profile implements AutoCloseable {
    private final CudaContext context;
    private final List<TimedLaunch> launches = new ArrayList<>();

    Profile(CudaContext context) {
        this.context = context;
    }

    private record TimedLaunch(String op, TensorSpec first, long bytes, double flop, Timer timer) {
        ProfileEntry entry() {
            return new ProfileEntry(op, first.shape().toString(), timer.milliseconds(), bytes, flop);
        }
    }

    /** The same kernel, timed. */
    Kernel timed(Op op, Kernel kernel) {
        return new Kernel() {
            @Override
            public long workspaceBytes() {
                return kernel.workspaceBytes();
            }

            @Override
            public long heldBytes() {
                return kernel.heldBytes();
            }

            @Override
            public String algorithm() {
                return kernel.algorithm();
            }

            @Override
            public Launch bind(Operands operands) {
                Launch launch = kernel.bind(operands);
                Timer timer = timer(op, operands);
                return step -> {
                    timer.start();
                    launch.run(step);
                    timer.stop();
                };
            }

            @Override
            public void close() {
                kernel.close();
            }
        };
    }

    private Timer timer(Op op, Operands operands) {
        List<TensorSpec> inputs = operands.inputs().stream().map(tensor -> tensor.spec()).toList();
        List<TensorSpec> states = operands.states().stream().map(tensor -> tensor.spec()).toList();
        List<TensorSpec> outputs = operands.outputs().stream().map(tensor -> tensor.spec()).toList();
        long bytes = Stream.of(inputs, states, outputs).flatMap(List::stream).mapToLong(TensorSpec::bytes).sum();
        Timer timer = new Timer(context);
        launches.add(new TimedLaunch(op.label(), inputs.getFirst(), bytes,
                OpGeometry.of(op, inputs, states, outputs).map(ConvolutionGeometry::flop).orElse(0.0), timer));
        return timer;
    }

    /** The launches that have run, in the order in which they were bound. */
    List<ProfileEntry> entries() {
        return launches.stream().filter(launch -> launch.timer.stopped()).map(TimedLaunch::entry).toList();
    }

    @Override
    public void close() {
        Cleanup cleanup = new Cleanup();
        launches.forEach(launch -> cleanup.own(launch.timer));
        launches.clear();
        cleanup.close();
    }
}
