package lobule.plan;

/** Where in the arena a lifetime's memory is. */
public record Placement(Lifetime lifetime, long offset) {

    /** First byte behind it. */
    public long end() {
        return offset + lifetime.bytes();
    }
}
