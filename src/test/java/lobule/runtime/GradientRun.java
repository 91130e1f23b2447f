package lobule.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.Step;
import lobule.graph.Phase;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.DType;

/** A random graph on a device. */
public final class GradientRun implements AutoCloseable {
    private static final double TOLERANCE = 2e-3;
    private static final double FLOOR = 2e-5;

    private final RandomGraph network;
    private final Program program;
    private final Regions regions;
    private final Buffer memory;
    private final Executable executable;
    private final Step step = new Step();

    public GradientRun(Device device, RandomGraph network) {
        this.network = network;
        program = Program.prepare(device, network.graph);
        regions = Regions.allocate(device, network.graph);
        memory = device.allocate(program.plan().arenaBytes());
        executable = program.bind(regions, memory);
        step.seed = 5;
        for (Value gradient : network.graph.values(Role.GRADIENT)) {
            double[] nothing = new double[Math.toIntExact(gradient.spec().shape().elements())];
            Arrays.fill(nothing, Double.NaN);
            upload(gradient, nothing);
        }
    }

    /** By parameter, after one mini-batch or the same one twice. */
    public Map<Value, double[]> gradients(int miniBatches) {
        for (int batch = 0; batch < miniBatches; batch++) {
            step.accumulate = batch > 0;
            forward();
            executable.run(Phase.BACKWARD, step);
        }
        Map<Value, double[]> gradients = new LinkedHashMap<>();
        network.gradients.forEach((parameter, gradient) -> gradients.put(parameter, download(gradient)));
        return gradients;
    }

    /** The sum of the losses with a parameter changed. */
    double loss(Value parameter, double[] changed) {
        double[] values = network.values.put(parameter, changed);
        forward();
        network.values.put(parameter, values);
        return network.losses.stream().mapToDouble(loss -> download(loss)[0]).sum();
    }

    /** From running statistics as they were at the start. */
    private void forward() {
        network.values.forEach(this::upload);
        executable.run(Phase.FORWARD, step);
    }

    private void upload(Value value, double[] elements) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment host = arena.allocate(value.spec().bytes(), Double.BYTES);
            for (int i = 0; i < elements.length; i++) {
                if (value.spec().type() == DType.UINT8) {
                    host.set(ValueLayout.JAVA_BYTE, i, (byte) elements[i]);
                } else {
                    host.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) elements[i]);
                }
            }
            executable.upload(host, value);
        }
    }

    private double[] download(Value value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment host = arena.allocate(value.spec().bytes(), Double.BYTES);
            executable.download(value, host);
            double[] elements = new double[Math.toIntExact(value.spec().shape().elements())];
            Arrays.setAll(elements, i -> host.getAtIndex(ValueLayout.JAVA_FLOAT, i));
            return elements;
        }
    }

    /** Empty where a device's gradients over two mini-batches are the reference's, else the first that is not. */
    public static String difference(Device device, Device reference, long seed, int size) {
        RandomGraph network = new RandomGraph(seed, size);
        try (GradientRun right = new GradientRun(reference, network);
                GradientRun run = new GradientRun(device, network)) {
            Map<Value, double[]> expected = right.gradients(2);
            Map<Value, double[]> actual = run.gradients(2);
            for (Map.Entry<Value, double[]> entry : expected.entrySet()) {
                double error = distance(entry.getValue(), actual.get(entry.getKey()));
                double norm = distance(entry.getValue(), new double[entry.getValue().length]);
                if (!(error <= TOLERANCE * norm + FLOOR)) {
                    return "seed " + seed + ": the gradient of " + entry.getKey() + " of norm " + norm + " on " + device
                            .name() + " is off by " + error;
                }
            }
            return "";
        }
    }

    static double distance(double[] a, double[] b) {
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            squares += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(squares);
    }

    @Override
    public void close() {
        memory.close();
        regions.close();
        program.close();
    }
}
