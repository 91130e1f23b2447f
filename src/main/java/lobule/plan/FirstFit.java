package lobule.plan;

import java.util.List;

/** Places blocks one after the other, each as low as the blocks placed before it allow. */
final class FirstFit {
    private final int[] first;
    private final int[] last;
    /** Rounded up, so that a block's end is where the next one may begin. */
    private final long[] bytes;
    private final long[] offsets;
    /** Blocks placed so far, by offset. */
    private final int[] placed;

    FirstFit(List<Lifetime> lifetimes, long alignment) {
        first = lifetimes.stream().mapToInt(Lifetime::first).toArray();
        last = lifetimes.stream().mapToInt(Lifetime::last).toArray();
        bytes = lifetimes.stream().mapToLong(block -> Math.ceilDiv(block.bytes(), alignment) * alignment).toArray();
        offsets = new long[bytes.length];
        placed = new int[bytes.length];
    }

    /** Offsets by block; those of the last call are lost. Blocks that are not in the order stay at 0. */
    long[] place(int[] order) {
        for (int count = 0; count < order.length; count++) {
            int block = order[count];
            offsets[block] = lowestFit(block, count);
            insert(block, count);
        }
        return offsets;
    }

    private long lowestFit(int block, int count) {
        long offset = 0;
        for (int i = 0; i < count; i++) {
            int other = placed[i];
            if (first[other] > last[block] || first[block] > last[other]) {
                continue;
            }
            if (offset + bytes[block] <= offsets[other]) {
                break;
            }
            offset = Math.max(offset, end(other));
        }
        return offset;
    }

    private void insert(int block, int count) {
        int at = count;
        while (at > 0 && offsets[placed[at - 1]] > offsets[block]) {
            placed[at] = placed[at - 1];
            at--;
        }
        placed[at] = block;
    }

    /** First byte behind a block, by the last call. */
    long end(int block) {
        return offsets[block] + bytes[block];
    }

    /** The largest sum of rounded sizes that live at one node: no placement is smaller. */
    long lowerBound() {
        long bound = 0;
        for (int node : first) {
            long live = 0;
            for (int block = 0; block < bytes.length; block++) {
                live += first[block] <= node && node <= last[block] ? bytes[block] : 0;
            }
            bound = Math.max(bound, live);
        }
        return bound;
    }
}
