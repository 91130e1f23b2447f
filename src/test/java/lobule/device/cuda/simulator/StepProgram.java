package lobule.device.cuda.simulator;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.device.Step;
import lobule.device.cuda.CudaDevice;
import lobule.device.cuda.SimulatedGpu;
import lobule.nn.Loss;
import lobule.nn.Recompute;
import lobule.nn.TrainingModel;
import lobule.nn.UNetConfig;
import lobule.op.Adam;
import lobule.tensor.Shape;

/** Runs one training step of the 3D network with output 60x60x52 and so many base channels. */
public final class StepProgram {
    static final Shape OUTPUT = Shape.of(1, 2, 60, 60, 52);

    private StepProgram() {}

    static UNetConfig config(int baseChannels) {
        return UNetConfig.of(3, 1, 2, baseChannels, 0);
    }

    /** @param arguments the number of base channels */
    public static void main(String[] arguments) {
        UNetConfig config = config(Integer.parseInt(arguments[0]));
        try (CudaDevice device = SimulatedGpu.open();
                TrainingModel model = TrainingModel.create(device, config, OUTPUT, Loss.of(Loss.Kind.DICE),
                        new Adam(0.9, 0.999, 1e-8, 1), Recompute.NONE);
                Arena arena = Arena.ofShared()) {
            model.initialise(1);
            MemorySegment input = arena.allocate(model.training().input().spec().bytes(), Float.BYTES);
            for (long i = 0; i < input.byteSize() / Float.BYTES; i++) {
                input.setAtIndex(ValueLayout.JAVA_FLOAT, i, i * 7919 % 1009 / 1009f);
            }
            Step step = new Step();
            model.train(input, arena.allocate(model.training().target().orElseThrow().spec().bytes()), step);
            model.update(step);
        }
        System.out.println("done");
    }
}
