package lobule.verification;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import lobule.device.Device;
import lobule.device.reference.ReferenceDevice;
import lobule.nn.Recompute;

/**
 * How far the gradients of a recorded step move when convolutions err as those of a device do. Where two activations
 * nearly tie, an error decides which of them a max-pool or a ReLU passes, and gradients move by far more than it: that
 * is the step's own condition, whatever the device. It is found on the reference device, so that a device with a fault
 * cannot widen the bound for itself.
 *
 * @param noise  error of the device's convolutions, as {@link #errorOf} finds it
 * @param spread largest relative change of each parameter's gradient, by the parameter's name
 * @param all    that of all gradients together
 */
record StepCondition(double noise, Map<String, Double> spread, double all) {
    static final int SEEDS = 8;

    static StepCondition of(StepFixture fixture, double noise) {
        Map<String, MemorySegment> exact = gradients(fixture, 0, 0);
        List<Map<String, MemorySegment>> noisy = LongStream.rangeClosed(1, SEEDS)
                .mapToObj(seed -> gradients(fixture, noise, seed)).toList();
        Map<String, Double> spread = new HashMap<>();
        exact.forEach((name, gradient) -> spread.put(name, noisy.stream()
                .mapToDouble(moved -> RelativeError.of(moved.get(name), gradient).value()).reduce(0, Math::max)));
        double all = noisy.stream().mapToDouble(moved -> {
            RelativeError together = new RelativeError();
            exact.forEach((name, gradient) -> together.add(RelativeError.of(moved.get(name), gradient)));
            return together.value();
        }).reduce(0, Math::max);
        return new StepCondition(noise, spread, all);
    }

    private static Map<String, MemorySegment> gradients(StepFixture fixture, double noise, long seed) {
        try (Device device = new NoisyDevice(new ReferenceDevice(), noise, seed);
                StepRun run = new StepRun(device, fixture, Recompute.NONE)) {
            run.train();
            return run.gradients();
        }
    }

    /** The largest error of a device's convolutions of a step's shapes, one by one, relative to the norm. */
    static double errorOf(Device device, StepFixture fixture) {
        ConvolutionCheck check = new ConvolutionCheck(device, device.roundoff());
        return ConvolutionLayer.of(fixture.config(), fixture.output()).stream()
                .mapToDouble(layer -> check.forward(layer).relative()).reduce(0, Math::max);
    }
}
