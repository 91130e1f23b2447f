package lobule.train;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import lobule.evaluation.Overlap;
import lobule.nn.SegmentationNetwork;
import lobule.op.SegmentationScore;
import lobule.op.Value;
import lobule.runtime.Executable;

/** Sums loss and counts over mini-batches. Adding allocates nothing. */
final class ScoreSum implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment lossHost = arena.allocate(ValueLayout.JAVA_FLOAT);
    private final MemorySegment countsHost = arena.allocate(ValueLayout.JAVA_DOUBLE, SegmentationScore.ENTRIES);
    private final double[] counts = new double[SegmentationScore.ENTRIES];
    private final SegmentationNetwork network;
    private final Executable executable;
    private double loss;
    private int batches;

    ScoreSum(SegmentationNetwork network, Executable executable) {
        this.network = network;
        this.executable = executable;
    }

    void clear() {
        Arrays.fill(counts, 0);
        loss = 0;
        batches = 0;
    }

    /** Adds the last forward run and returns its loss. */
    double add() {
        double batchLoss = 0;
        for (Value summand : network.losses()) {
            executable.download(summand, lossHost);
            batchLoss += lossHost.get(ValueLayout.JAVA_FLOAT, 0);
        }
        executable.download(network.score().orElseThrow(), countsHost);
        for (int i = 0; i < counts.length; i++) {
            counts[i] += countsHost.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
        }
        loss += batchLoss;
        batches++;
        return batchLoss;
    }

    Scores scores() {
        Overlap overlap = new Overlap((long) counts[SegmentationScore.BOTH], (long) counts[SegmentationScore.PREDICTED],
                (long) counts[SegmentationScore.TRUE]);
        double counted = counts[SegmentationScore.COUNTED];
        return new Scores(loss / batches, overlap.jaccard(), overlap.dice(),
                counted == 0 ? 1 : counts[SegmentationScore.LARGEST_PROBABILITY] / counted);
    }

    @Override
    public void close() {
        arena.close();
    }
}
