package lobule.device.cuda.simulator;

final class CudnnProgram {
    private CudnnProgram() {}

    static void run(String name) {
        throw new IllegalArgumentException(name);
    }
}
