package lobule.plan;

/**
 * Memory that must exist from one node of a schedule to another.
 *
 * @param name  of the value, or of the node whose workspace it is
 * @param first index of the node that writes it, -1 where it is given before the first
 * @param last  index of the last node that needs it, inclusive
 */
public record Lifetime(String name, long bytes, int first, int last) {
    public Lifetime {
        if (bytes < 0 || last < first) {
            throw new IllegalArgumentException("lifetime " + name + ": " + bytes + " bytes from node " + first
                    + " to node " + last + " cannot be");
        }
    }

    /** Whether both exist at some node. */
    public boolean overlaps(Lifetime other) {
        return first <= other.last && other.first <= last;
    }
}
