package lobule.device.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Set;
import lobule.device.Buffer;
import lobule.device.OutOfDeviceMemoryException;
import lobule.device.Step;
import lobule.device.cuda.options.CudaOptions;
import lobule.device.cuda.options.CudnnOp;
import lobule.nn.Loss;
import lobule.nn.Recompute;
import lobule.nn.TrainingModel;
import lobule.nn.UNetConfig;
import lobule.op.NesterovMomentum;
import lobule.op.Op;
import lobule.tensor.Shape;

/** What a training takes of the memory, and when, in a JVM of its own: what libraries take is set for a process. */
public final class LateMemory {
    private static final UNetConfig CONFIG = UNetConfig.of(2, 1, 2, 2, 0);
    private static final Shape OUTPUT = Shape.of(1, 2, 4, 12);
    private static final Loss LOSS = new Loss(Loss.Kind.DICE_AND_CROSS_ENTROPY, List.of(), Loss.IGNORE);
    private static final Op OPTIMIZER = new NesterovMomentum(0.9, Double.POSITIVE_INFINITY);

    private LateMemory() {}

    /** @param arguments how the device is opened, and bytes to be left to it at most */
    public static void main(String[] arguments) {
        CudaOptions options = switch (arguments[0]) {
            case "timed" -> SimulatedGpu.defaults();
            case "deterministic" -> SimulatedGpu.options();
            case "cudnn" -> SimulatedGpu.options().withCudnnOps(Set.of(CudnnOp.POOL, CudnnOp.NORM));
            default -> throw new IllegalArgumentException("there is no way to open it named " + arguments[0]);
        };
        try (CudaDevice device = SimulatedGpu.open(options);
                Buffer _ = device.allocate(free(device) - Long.parseLong(arguments[1]))) {
            train(device);
        } catch (OutOfDeviceMemoryException e) {
            System.out.println("refused " + e.getMessage());
        }
    }

    private static long free(CudaDevice device) {
        return device.gpu().freeBytes();
    }

    private static void train(CudaDevice device) {
        long planned = TrainingModel.plannedBytes(device, CONFIG, OUTPUT, LOSS, OPTIMIZER, Recompute.NONE);
        long prepared = free(device);
        try (TrainingModel model = TrainingModel.create(device, CONFIG, OUTPUT, LOSS, OPTIMIZER, Recompute.NONE);
                Arena arena = Arena.ofConfined()) {
            long taken = prepared - free(device);
            MemorySegment input = arena.allocate(model.training().input().spec().bytes(), Float.BYTES);
            MemorySegment labels = arena.allocate(model.training().target().orElseThrow().spec().bytes());
            model.initialise(1);
            System.out.println("the first step comes");
            for (int step = 0; step < 2; step++) {
                model.train(input, labels, new Step());
                model.update(new Step());
                model.evaluate(input, labels, new Step());
            }
            device.synchronize();
            System.out.println("taken and not planned " + (taken - planned) + ", taken later "
                    + (prepared - taken - free(device)));
        }
    }
}
