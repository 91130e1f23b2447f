package lobule.device.cpu.winograd;

import lobule.device.Kernel;
import lobule.device.cpu.machine.WorkerPool;
import lobule.device.cpu.onednn.OneDnn;
import lobule.tensor.Shape;

/** Kernels of 3x3x3 convolutions by Winograd's algorithm. Weights are (Co, Ci, 3, 3, 3). */
public record WinogradConvolutions(OneDnn library, WorkerPool workers) {

    public Kernel forward(Shape x, Shape weight, Shape y) {
        return new CpuWinogradConvolution(library, workers, WinogradWeights.of(weight, false),
                WinogradTiles.of(x, y, 0));
    }

    public Kernel backwardData(Shape dy, Shape weight, Shape dx) {
        return new CpuWinogradConvolution(library, workers, WinogradWeights.of(weight, true),
                WinogradTiles.of(dy, dx, 2));
    }

    public Kernel backwardWeights(Shape x, Shape weight, Shape dy) {
        return new CpuWinogradBackwardWeights(library, workers, x, weight, dy);
    }
}
