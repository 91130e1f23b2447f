package lobule.benchmark.document;

/**
 * What two results of a benchmark are compared by.
 *
 * @param name of what was measured, such as a node
 * @param of   the task it was part of, without the threads; name and task together occur once in a document
 */
public record Entry(String name, String of, Unit unit, Samples samples) {

    /** What is the same in the documents that are compared. */
    public record Key(String name, String of, Unit unit) {
        @Override
        public String toString() {
            return name + " (" + of + ")";
        }
    }

    public Key key() {
        return new Key(name, of, unit);
    }
}
