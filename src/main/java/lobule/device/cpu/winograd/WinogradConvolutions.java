package lobule.device.cpu.winograd;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import lobule.device.Kernel;
import lobule.device.cpu.machine.WorkerPool;
import lobule.device.cpu.onednn.OneDnn;
import lobule.tensor.Shape;

/** Kernels of convolutions by Winograd's algorithm. Weights are (Co, Ci, 3, 3, 3) or (Co, Ci, 3, 3). */
public record WinogradConvolutions(OneDnn library, WorkerPool workers) {

    public Kernel forward(WinogradTile tile, Shape x, Shape weight, Shape y) {
        return convolution(weights(tile, weight, false), x, y, 0);
    }

    public Kernel backwardData(WinogradTile tile, Shape dy, Shape weight, Shape dx) {
        return convolution(weights(tile, weight, true), dy, dx, WinogradDomain.TAPS - 1);
    }

    private Kernel convolution(WinogradWeights weights, Shape from, Shape to, int padding) {
        WinogradTiles tiles = WinogradTiles.of(weights.domain(), from, to, padding);
        return inParts(weights, part -> new CpuWinogradConvolution(library, workers, part,
                tiles.writing(part.firstColumn(), part.columns())));
    }

    public Kernel backwardWeights(WinogradTile tile, Shape x, Shape weight, Shape dy) {
        WinogradWeights weights = weights(tile, weight, false);
        WinogradTiles tiles = WinogradTiles.of(weights.domain(), x, dy, 0);
        return inParts(weights, part -> new CpuWinogradBackwardWeights(library, workers, part,
                tiles.writing(part.firstColumn(), part.columns())));
    }

    private static WinogradWeights weights(WinogradTile tile, Shape weight, boolean backward) {
        return WinogradWeights.of(new WinogradDomain(tile, weight.spatialRank()), weight, backward);
    }

    private static Kernel inParts(WinogradWeights weights, Function<WinogradWeights, Kernel> kernel) {
        List<Kernel> kernels = new ArrayList<>();
        InTurn all = new InTurn(kernels);
        try {
            weights.parts().forEach(part -> kernels.add(kernel.apply(part)));
        } catch (RuntimeException | Error e) {
            all.close();
            throw e;
        }
        return all;
    }
}
