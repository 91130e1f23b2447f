package lobule.device.cuda;

import java.util.stream.LongStream;

/** Two GPUs used by one thread, in a JVM of its own: prints what each makes of the same training. */
public final class TwoGpus {
    private TwoGpus() {}

    public static void main(String[] arguments) {
        long[] before = free();
        try (CudaDevice first = SimulatedGpu.open()) {
            System.out.println("first " + TrainedBits.of(first));
            // a look at all GPUs, while one is in use
            long[] look = free();
            System.out.println("first again " + TrainedBits.of(first));
            try (CudaDevice second = SimulatedGpu.open(SimulatedGpu.options().withOrdinal(1))) {
                System.out.println("second " + TrainedBits.of(second));
                System.out.println("first beside it " + TrainedBits.of(first));
                System.out.println("second beside it " + TrainedBits.of(second));
            }
            System.out.println("first at last " + TrainedBits.of(first));
            System.out.println("a look takes " + (before[1] - look[1]));
        }
    }

    private static long[] free() {
        return SimulatedGpu.report().gpus().stream().flatMapToLong(gpu -> LongStream.of(gpu.freeBytes())).toArray();
    }
}
